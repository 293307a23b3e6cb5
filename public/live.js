// Figures that keep themselves up to date: the server says that something was sold, and never what; the part of the page that is marked is
// then read anew from the page's own address. One stream for each page that somebody looks at: a hidden one closes its own, so that a browser
// keeps few, and reads once when it is looked at again. A module and no island: it works for whatever stands in the part.

const region = document.querySelector("[data-live]");
const news = document.getElementById(`${region?.id}-news`);
// Many sales at once are read once.
const AT_MOST_EVERY_MS = 2000;

let stream;
let due = 0;
let last = Date.now();

/** By which an element is found again in a fresh copy of the part. */
function mark(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("summary")) return `#${CSS.escape(element.parentElement.id)} > summary`;
  return ["href", "aria-label"].filter((name) => element.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`)[0];
}

/** What somebody opened stays open, and who stands in it keeps their place. */
function exchange(fresh) {
  for (const details of region.querySelectorAll("details[id][open]")) {
    const twin = fresh.querySelector(mark(details));
    if (twin) twin.open = true;
  }
  if (fresh.innerHTML === region.innerHTML) return;
  const focused = region.contains(document.activeElement) && mark(document.activeElement);
  region.replaceChildren(...fresh.childNodes);
  if (focused) region.querySelector(focused)?.focus({ preventScroll: true });
  if (news) news.textContent = "The figures have changed.";
}

async function read() {
  due = 0;
  last = Date.now();
  try {
    const page = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    // Signed out, or the server is starting anew: what is shown stays, and the stream says when to look again.
    if (!page.ok || page.redirected) return;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById(region.id);
    if (fresh) exchange(fresh);
  } catch {
    // Without a connection the old figures stand until the next time.
  }
}

function later() {
  due ||= setTimeout(read, Math.max(0, last + AT_MOST_EVERY_MS - Date.now()));
}

function follow() {
  const looked = document.visibilityState !== "hidden";
  if (!looked) stream?.close();
  if (!looked || stream?.readyState === EventSource.OPEN || stream?.readyState === EventSource.CONNECTING) return;
  stream = new EventSource(region.dataset.live);
  // Also after each break, in which something may have been sold.
  stream.addEventListener("open", later);
  stream.addEventListener("sales", later);
}

if (region) {
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
}
