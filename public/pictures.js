// The pictures of a product, on its vendor's page: uploads with progress, an order made by dragging, forms sent without leaving the page. The
// plain forms that stand there do the same without it. A module and no island: the storefront's WebAssembly would carry part of it.

const MAX_BYTES = 8 * 1024 * 1024;
const KINDS = ["image/jpeg", "image/png", "image/webp"];
const LOST = "The connection was lost. Please try again.";

const list = document.getElementById("picture-list");
const form = document.getElementById("picture-upload");
const field = form?.querySelector("input[type=file]");
const sendings = document.getElementById("picture-sendings");
const news = document.getElementById("picture-news");

const say = (text) => (news.textContent = text);

/** The list as a fresh copy of this page has it. What was typed into it and not saved moves over. */
async function refresh() {
  const page = await fetch(location.pathname);
  if (!page.ok) throw new Error(String(page.status));
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("picture-list");
  for (const input of list.querySelectorAll("input.input")) {
    const twin = fresh.querySelector(`#${CSS.escape(input.id)}`);
    if (twin && input.value !== input.defaultValue) twin.value = input.value;
  }
  list.replaceChildren(...fresh.children);
}

async function change(action, body) {
  try {
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(action, { method: "POST", headers, body: body.toString() });
    // The page itself says best what is wrong: signed out, changed by somebody else.
    if (answer.ok) await refresh();
    else location.reload();
  } catch {
    say("The connection was lost. Nothing was changed; please try again.");
  }
}

/** What the server says of a file; nothing if it took it. `fetch` cannot tell how far an upload is, so the older way. */
function send(file, progress) {
  return new Promise((settled) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => (progress.value = total > 0 ? (100 * loaded) / total : 0);
    request.onloadend = () => settled(request.status === 201 ? "" : problem(request));
    const body = new FormData();
    body.append("picture", file, file.name);
    request.send(body);
  });
}

const WORDS = {
  not_a_picture: "Please choose a JPEG, PNG or WebP picture.",
  file_too_large: "This file is larger than 8 MB.",
  picture_too_small: "This picture is too small: 160 pixels each way at least.",
  picture_too_large: "This picture has too many pixels.",
  required: "This file is empty.",
};

function problem(request) {
  if (request.status === 409) return "There is no room for more. Please take something out first.";
  if (request.status === 429) return "Too many uploads. Please try again in a while.";
  try {
    return WORDS[JSON.parse(request.responseText).detail[0][1]] ?? LOST;
  } catch {
    return LOST;
  }
}

/** Why the server would refuse a file, as far as one sees from outside. Some systems know no type; the server looks at the bytes. */
function obvious(file) {
  if (file.size > MAX_BYTES) return WORDS.file_too_large;
  return file.type && !KINDS.includes(file.type) ? WORDS.not_a_picture : "";
}

// The server puts each behind those that are there, so they go one after the other: they stand in the order in which they were chosen.
let sending = Promise.resolve();

function sendAll(files) {
  const queue = [...files].map((file) => {
    const line = document.createElement("li");
    line.className = "cluster";
    const progress = document.createElement("progress");
    progress.max = 100;
    progress.setAttribute("aria-label", `Uploading ${file.name}`);
    line.append(file.name, progress);
    sendings.append(line);
    return { file, progress };
  });
  const work = async () => {
    for (const { file, progress } of queue) {
      const refused = obvious(file) || (await send(file, progress));
      const outcome = document.createElement("span");
      outcome.className = refused ? "field-problem" : "muted";
      outcome.textContent = refused || "Done";
      progress.replaceWith(outcome);
      if (!refused) await refresh().catch(() => say("The list could not be shown anew. Please reload the page."));
    }
  };
  sending = sending.then(work);
}

function sendChosen() {
  const files = [...field.files];
  field.value = "";
  sendAll(files);
}

const entryOf = (event) => event.target.closest?.("[data-picture]");
const unmark = (name) => list.querySelectorAll(`.${name}`).forEach((entry) => entry.classList.remove(name));

// Listeners sit on what stays, since the entries are exchanged.
if (list && form && field && !field.disabled) {
  field.addEventListener("change", sendChosen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendChosen();
  });
}
list?.addEventListener("submit", (event) => {
  event.preventDefault();
  change(event.target.action, new URLSearchParams(new FormData(event.target, event.submitter)));
});
list?.addEventListener("dragstart", (event) => {
  const entry = entryOf(event);
  entry?.classList.add("is-dragged");
  if (entry) event.dataTransfer.setData("text/plain", entry.dataset.picture);
});
list?.addEventListener("dragover", (event) => {
  const entry = entryOf(event);
  if (!entry) return;
  event.preventDefault();
  unmark("is-target");
  entry.classList.add("is-target");
});
list?.addEventListener("dragend", () => ["is-dragged", "is-target"].forEach(unmark));
list?.addEventListener("drop", (event) => {
  event.preventDefault();
  const [dragged, target] = [list.querySelector(".is-dragged"), entryOf(event)];
  if (!dragged || !target || dragged === target) return;
  const ids = [...list.children].map((entry) => entry.dataset.picture);
  const at = ids.indexOf(target.dataset.picture);
  const order = ids.filter((id) => id !== dragged.dataset.picture);
  order.splice(at, 0, dragged.dataset.picture);
  change(list.dataset.arrange, new URLSearchParams({ product_id: list.dataset.product, order: order.join(",") }));
});
