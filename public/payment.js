// The payment form on the pay page, between the island and Stripe.js (or the sandbox's script, which has the same calls). Loaded there only.

let stripe = null;
let elements = null;
let element = null;
// Counts mounts, so that one that has been overtaken notices.
let mounts = 0;

const FAILED = { message: "The payment form could not be loaded. Please check your connection and reload the page." };

function load(url) {
  const known = [...document.scripts].find((script) => script.dataset.payment === url);
  if (window.Stripe) return Promise.resolve();
  // One that failed to load stays failed: it is taken out for a fresh try.
  if (known?.dataset.failed) known.remove();
  else if (known) return waitFor(known);
  const script = document.createElement("script");
  script.src = url;
  script.async = true;
  script.dataset.payment = url;
  const loaded = waitFor(script);
  document.head.append(script);
  return loaded;
}

function waitFor(script) {
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(), { once: true });
    script.addEventListener("error", () => {
      script.dataset.failed = "yes";
      reject(new Error(FAILED.message));
    }, { once: true });
  });
}

function isDark() {
  const pinned = document.documentElement.dataset.theme;
  return pinned ? pinned === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// Resolves once the form can be typed into; rejects with an Error whose message is for the customer.
export async function mount(scriptUrl, publishableKey, clientSecret, elementId) {
  unmount();
  const mine = mounts;
  await load(scriptUrl);
  if (mine !== mounts) return;
  if (!window.Stripe) throw new Error(FAILED.message);
  stripe = window.Stripe(publishableKey);
  elements = stripe.elements({ clientSecret, appearance: { theme: isDark() ? "night" : "stripe" } });
  element = elements.create("payment");
  await new Promise((resolve, reject) => {
    element.on("ready", () => resolve());
    element.on("loaderror", ({ error }) => reject(new Error(error?.message ?? FAILED.message)));
    const place = document.getElementById(elementId);
    if (place) element.mount(place);
    else reject(new Error(FAILED.message));
  });
}

// `status` is the payment intent's (succeeded, processing, requires_action, …), or `invalid` for something to correct in the form, or
// `failed`; `message` is for the customer, and empty when there is nothing to say.
export async function confirm(returnUrl) {
  if (!stripe || !elements) return { status: "failed", message: FAILED.message };
  try {
    const submitted = await elements.submit();
    if (submitted.error) return problem(submitted.error);
    const { error, paymentIntent } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: new URL(returnUrl, location.origin).href },
      redirect: "if_required",
    });
    if (error) return problem(error);
    return { status: paymentIntent.status, message: "" };
  } catch {
    return { status: "failed", message: "The payment could not be sent. Please try again; you will not be charged twice." };
  }
}

function problem(error) {
  // Paid or canceled in the meantime, in another tab perhaps: the order's own page knows more.
  const now = error.payment_intent?.status;
  if (error.code === "payment_intent_unexpected_state" && now) return { status: now, message: "" };
  const status = error.type === "validation_error" ? "invalid" : "failed";
  return { status, message: error.message ?? "The payment did not go through. Please try again." };
}

export function unmount() {
  mounts += 1;
  element?.destroy();
  stripe = elements = element = null;
}
