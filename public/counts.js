// The numbers beside wishlist and cart, right in every tab: asked for anew after each answer that may have changed them, and when somebody
// comes back to a page, from another tab or by the browser's way back. Pages arrive with the right numbers, so nothing is asked at first. A
// module and no island: it works for whatever changes a cart, without a line of WebAssembly.

const badges = document.querySelectorAll("[data-count]");
let latest = 0;

async function refresh() {
  if (document.visibilityState === "hidden") return;
  const mine = ++latest;
  try {
    const answer = await fetch("/api/cart/counts", { headers: { accept: "application/json" }, cache: "no-store" });
    const counts = answer.ok ? await answer.json() : {};
    // A later question knows better.
    if (mine !== latest) return;
    for (const badge of badges) {
      const tally = counts[badge.dataset.count];
      if (!tally) continue;
      badge.textContent = tally.badge;
      badge.hidden = !tally.badge;
      badge.nextElementSibling.textContent = tally.words;
    }
  } catch {
    // Without a connection the old numbers stand until the next time.
  }
}

const changes = ({ name }) => /\/api\/(cart|wishlist)\/(?!counts)/.test(name);
document.addEventListener("visibilitychange", refresh);
addEventListener("pageshow", (event) => event.persisted && refresh());
new PerformanceObserver((list) => list.getEntries().some(changes) && refresh()).observe({ type: "resource" });
