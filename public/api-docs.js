// Lets one try the API on its page: a form for each operation, made when it is opened. The page is whole without it.

const docs = document.querySelector(".api-docs");
const token = document.querySelector("#api-token-text");
document.querySelector("#api-token").hidden = false;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function labelled(text, input) {
  input.className = "input";
  input.id = `try-${crypto.randomUUID()}`;
  return element("div", { className: "field" }, element("label", { htmlFor: input.id, textContent: text }), input);
}

function request(operation, inputs, body) {
  let path = operation.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, place, input } of inputs) {
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (!input.value) continue;
    else if (place === "header") headers[name] = input.value;
    else query.append(name, input.value);
  }
  if (token.value) headers.authorization = `Bearer ${token.value.trim()}`;
  if (body) headers["content-type"] = "application/json";
  const search = query.size ? `?${query}` : "";
  return [`${docs.dataset.server}${path}${search}`, { method: operation.dataset.method, headers, body: body?.value, credentials: "omit" }];
}

async function send(operation, inputs, body, output) {
  output.textContent = "…";
  try {
    const answer = await fetch(...request(operation, inputs, body));
    const text = await answer.text();
    const shown = ["etag", "link", "location", "ratelimit", "retry-after"].filter((name) => answer.headers.has(name));
    const head = shown.map((name) => `${name}: ${answer.headers.get(name)}\n`).join("");
    let pretty = text;
    try {
      pretty = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // Not JSON: as it is.
    }
    output.textContent = `${answer.status} ${answer.statusText}\n${head}\n${pretty}`;
  } catch (error) {
    output.textContent = String(error);
  }
}

function prepare(operation) {
  if (operation.querySelector("form")) return;
  const inputs = [...operation.querySelectorAll("[data-parameter]")].map((row) => {
    return { name: row.dataset.parameter, place: row.dataset.in, input: element("input", { autocomplete: "off" }) };
  });
  const body = operation.dataset.body === undefined ? null : element("textarea", { rows: 8, value: operation.dataset.body, spellcheck: false });
  const output = element("pre", { className: "api-code", tabIndex: 0, ariaLabel: "What was answered" });
  output.setAttribute("role", "status");
  const form = element("form", { className: "form" }, ...inputs.map(({ name, input }) => labelled(name, input)));
  if (body) form.append(labelled("Body", body));
  form.append(element("div", {}, element("button", { className: "button button-secondary", textContent: "Try it" })), output);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(operation, inputs, body, output);
  });
  operation.append(form);
}

for (const operation of document.querySelectorAll(".api-operation")) {
  operation.addEventListener("toggle", () => operation.open && prepare(operation));
}
