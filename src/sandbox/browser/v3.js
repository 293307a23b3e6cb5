// Stands in for Stripe.js while the shop runs on its payment sandbox: the same calls, no iframes, test cards only. What is typed goes to
// this server alone, which refuses every number that is not a test card and keeps none.
(() => {
  "use strict";

  const script = document.currentScript.src;
  const here = new URL(".", script);
  const VERSION = "2026-09-30.endive";

  // Figures of a card number in groups, as they stand on the card.
  const GROUP = 4;
  const LONGEST_NUMBER = 19;

  const TEST_CARDS = [
    ["4242 4242 4242 4242", "Payment succeeds"],
    ["4000 0025 0000 3155", "Asks for 3-D Secure"],
    ["4000 0000 0000 0002", "Declined"],
    ["4000 0000 0000 9995", "Insufficient funds"],
    ["4000 0000 0000 0069", "Expired card"],
    ["4000 0000 0000 0127", "Wrong security code"],
    ["4000 0000 0000 0119", "Processing error"],
  ];

  // Which field an error of the API belongs to.
  const FIELD_OF = {
    incorrect_number: "number",
    invalid_expiry_month: "expiry",
    invalid_expiry_year: "expiry",
    expired_card: "expiry",
    invalid_cvc: "cvc",
    incorrect_cvc: "cvc",
  };

  let lastId = 0;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function loadStyles() {
    const href = new URL("v3.css", here).href;
    if ([...document.styleSheets].some((sheet) => sheet.href === href) || document.querySelector(`link[href="${href}"]`)) {
      return Promise.resolve();
    }
    const link = make("link", { rel: "stylesheet", href });
    const loaded = new Promise((resolve) => {
      link.addEventListener("load", resolve, { once: true });
      link.addEventListener("error", resolve, { once: true });
    });
    document.head.append(link);
    return loaded;
  }

  const digitsOf = (text) => text.replace(/\D/g, "");

  function passesLuhn(digits) {
    const sum = [...digits].reverse().reduce((total, figure, index) => {
      const value = Number(figure) * (index % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  }

  const grouped = (text) => digitsOf(text).slice(0, LONGEST_NUMBER).match(new RegExp(`.{1,${GROUP}}`, "g"))?.join(" ") ?? "";

  function expiryText(text) {
    let digits = digitsOf(text);
    if (/^[2-9]/.test(digits)) digits = `0${digits}`;
    digits = digits.slice(0, 4);
    return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
  }

  const FIELDS = {
    number: {
      label: "Card number",
      attributes: { autocomplete: "cc-number", inputmode: "numeric", placeholder: "1234 1234 1234 1234", maxlength: "23" },
      format: grouped,
      problem(text) {
        const digits = digitsOf(text);
        if (!digits) return ["incomplete_number", "Enter the card number."];
        if (digits.length < 12) return ["incomplete_number", "This card number is incomplete."];
        if (!passesLuhn(digits)) return ["invalid_number", "This card number is not valid."];
        return null;
      },
    },
    expiry: {
      label: "Expiry date",
      attributes: { autocomplete: "cc-exp", inputmode: "numeric", placeholder: "MM / YY", maxlength: "7" },
      format: expiryText,
      problem(text) {
        const digits = digitsOf(text);
        if (digits.length < 4) return ["incomplete_expiry", "Enter the expiry date as month and year."];
        const [month, year] = [Number(digits.slice(0, 2)), 2000 + Number(digits.slice(2))];
        if (month < 1 || month > 12) return ["invalid_expiry_month", "This month does not exist."];
        const now = new Date();
        if (year < now.getFullYear() || (year === now.getFullYear() && month < now.getMonth() + 1)) {
          return ["invalid_expiry_year_past", "This card has expired."];
        }
        return null;
      },
    },
    cvc: {
      label: "Security code",
      attributes: { autocomplete: "cc-csc", inputmode: "numeric", placeholder: "CVC", maxlength: "4" },
      format: (text) => digitsOf(text).slice(0, 4),
      problem: (text) => (digitsOf(text).length < 3 ? ["incomplete_cvc", "Enter the 3 or 4 figures from the card."] : null),
    },
  };

  class PaymentElement {
    #handlers = new Map();
    #inputs = {};
    #errors = {};
    #root = null;

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new Error("The element to mount the payment form in was not found.");
      this.unmount();
      this.#root = this.#build();
      loadStyles().then(() => {
        if (!this.#root) return;
        place.replaceChildren(this.#root);
        this.#emit("ready", { elementType: "payment" });
      });
      return this;
    }

    unmount() {
      this.#root?.remove();
      this.#root = null;
      this.#inputs = {};
      return this;
    }

    destroy() {
      this.unmount();
      this.#handlers.clear();
    }

    focus() {
      this.#inputs.number?.focus();
    }

    blur() {
      document.activeElement?.blur();
    }

    clear() {
      for (const [name, input] of Object.entries(this.#inputs)) {
        input.value = "";
        this.showError(name, "");
      }
    }

    update() {}

    collapse() {}

    on(event, handler) {
      this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler]);
      return this;
    }

    off(event, handler) {
      const rest = (this.#handlers.get(event) ?? []).filter((known) => handler && known !== handler);
      this.#handlers.set(event, rest);
      return this;
    }

    once(event, handler) {
      const only = (detail) => {
        this.off(event, only);
        handler(detail);
      };
      return this.on(event, only);
    }

    #emit(event, detail) {
      for (const handler of this.#handlers.get(event) ?? []) handler(detail);
    }

    #build() {
      const fields = make("div", { class: "stripe-sandbox-fields" });
      for (const name of Object.keys(FIELDS)) fields.append(this.#field(name));
      return make("div", { class: "stripe-sandbox", role: "group", "aria-label": "Card details" }, fields, this.#testCards());
    }

    // No field has a `name`: the form around it, if there is one, must not send what is typed here.
    #field(name) {
      const { label, attributes, format } = FIELDS[name];
      lastId += 1;
      const [id, errorId] = [`stripe-sandbox-${name}-${lastId}`, `stripe-sandbox-error-${lastId}`];
      const input = make("input", { id, type: "text", spellcheck: "false", "aria-describedby": errorId, "aria-required": "true", ...attributes });
      const error = make("p", { id: errorId, class: "stripe-sandbox-error", "aria-live": "polite" });
      input.addEventListener("input", () => {
        // Only at the end: whoever corrects a figure in the middle keeps the caret.
        if (input.selectionStart === input.value.length) input.value = format(input.value);
        this.showError(name, "");
        this.#changed();
      });
      input.addEventListener("blur", () => {
        input.value = format(input.value);
        if (input.value) this.#check(name);
      });
      this.#inputs[name] = input;
      this.#errors[name] = error;
      const caption = make("label", { for: id }, label);
      return make("div", { class: `stripe-sandbox-field stripe-sandbox-${name}` }, caption, input, error);
    }

    #testCards() {
      const list = make("ul");
      for (const [number, effect] of TEST_CARDS) {
        const button = make("button", { type: "button" }, make("span", { class: "stripe-sandbox-figures" }, number), ` ${effect}`);
        button.addEventListener("click", () => this.#fill(number));
        list.append(make("li", {}, button));
      }
      const note = make("p", {}, "No money moves. Any other card is refused, and its number is not kept.");
      return make("details", { class: "stripe-sandbox-cards" }, make("summary", {}, "Test cards"), note, list);
    }

    #fill(number) {
      const year = String(new Date().getFullYear() + 3).slice(-2);
      const values = { number, expiry: `12 / ${year}`, cvc: "123" };
      for (const [name, value] of Object.entries(values)) {
        this.#inputs[name].value = value;
        this.showError(name, "");
      }
      this.#changed();
    }

    #changed() {
      const values = Object.entries(this.#inputs);
      const complete = values.every(([name, input]) => !FIELDS[name].problem(input.value));
      const empty = values.every(([, input]) => !input.value);
      this.#emit("change", { elementType: "payment", complete, empty, collapsed: false, value: { type: "card" } });
    }

    #check(name) {
      const problem = FIELDS[name].problem(this.#inputs[name].value);
      this.showError(name, problem?.[1] ?? "");
      return problem;
    }

    showError(name, message) {
      const [input, error] = [this.#inputs[name], this.#errors[name]];
      if (!input) return;
      error.textContent = message;
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }

    // The first thing wrong, if any, with every field told what is wrong with it.
    validate() {
      let first = null;
      for (const name of Object.keys(FIELDS)) {
        if (!this.#inputs[name]) return { type: "invalid_request_error", message: "The payment form is not on the page." };
        const problem = this.#check(name);
        if (problem && !first) {
          first = { type: "validation_error", code: problem[0], message: problem[1] };
          this.#inputs[name].focus();
        }
      }
      return first;
    }

    card() {
      const expiry = digitsOf(this.#inputs.expiry.value);
      return {
        number: digitsOf(this.#inputs.number.value),
        exp_month: String(Number(expiry.slice(0, 2))),
        exp_year: `20${expiry.slice(2)}`,
        cvc: digitsOf(this.#inputs.cvc.value),
      };
    }

    lock(locked) {
      for (const input of Object.values(this.#inputs)) input.readOnly = locked;
    }
  }

  class Elements {
    constructor(options) {
      this.clientSecret = options?.clientSecret ?? null;
      this.element = null;
    }

    create(type) {
      if (type !== "payment") throw new Error(`The payment sandbox has no ${type} element.`);
      if (this.element) throw new Error("Can only create one Element of type payment.");
      this.element = new PaymentElement();
      const forget = this.element.destroy.bind(this.element);
      this.element.destroy = () => {
        forget();
        this.element = null;
      };
      return this.element;
    }

    getElement(type) {
      return type === "payment" ? this.element : null;
    }

    update(options) {
      if (options?.clientSecret) this.clientSecret = options.clientSecret;
    }

    async submit() {
      const error = this.element ? this.element.validate() : { type: "invalid_request_error", message: "No payment element." };
      return error ? { error } : { selectedPaymentMethod: "card" };
    }

    async fetchUpdates() {
      return {};
    }
  }

  // What a bank's page would ask, in a dialog of this page, as Stripe.js does it. Closing it is a no.
  function askBank(amount) {
    return new Promise((resolve) => {
      lastId += 1;
      const titleId = `stripe-sandbox-title-${lastId}`;
      const complete = make("button", { type: "button", class: "stripe-sandbox-primary" }, "Complete authentication");
      const fail = make("button", { type: "button" }, "Fail authentication");
      const dialog = make(
        "dialog",
        { class: "stripe-sandbox-dialog", "aria-labelledby": titleId },
        make("h2", { id: titleId }, "Is it you?"),
        make("p", {}, `Your bank asks you to approve a payment of ${amount}. This is a test: no bank is involved.`),
        make("div", { class: "stripe-sandbox-choice" }, complete, fail),
      );
      const end = (outcome) => {
        // Closing first gives the focus back to where it was.
        dialog.close();
        dialog.remove();
        resolve(outcome);
      };
      complete.addEventListener("click", () => end("complete"));
      fail.addEventListener("click", () => end("fail"));
      dialog.addEventListener("cancel", () => end("fail"));
      document.body.append(dialog);
      dialog.showModal();
      complete.focus();
    });
  }

  function amountOf(intent) {
    const format = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency: intent.currency.toUpperCase() });
    return format.format(intent.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  }

  const idOf = (clientSecret) => String(clientSecret).split("_secret_")[0];

  class StripeSandbox {
    #key;

    constructor(key) {
      if (typeof key !== "string" || !key.startsWith("pk_")) throw new Error("Stripe() needs a publishable key.");
      this.#key = key;
    }

    elements(options) {
      return new Elements(options);
    }

    // { paymentIntent } or { error }, never an exception: as Stripe.js does it.
    async #call(method, path, fields) {
      const form = new URLSearchParams(fields);
      const url = new URL(`v1/payment_intents/${path}${method === "GET" ? `?${form}` : ""}`, here);
      const headers = { Authorization: `Bearer ${this.#key}`, "Stripe-Version": VERSION };
      try {
        const answer = await fetch(url, { method, headers, body: method === "GET" ? undefined : form, credentials: "omit" });
        const body = await answer.json();
        return answer.ok ? { paymentIntent: body } : { error: body.error };
      } catch {
        return { error: { type: "api_connection_error", message: "The payment service could not be reached. Please try again." } };
      }
    }

    retrievePaymentIntent(clientSecret) {
      return this.#call("GET", idOf(clientSecret), { client_secret: clientSecret });
    }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
      const secret = clientSecret ?? elements?.clientSecret;
      const element = elements?.getElement("payment");
      if (!secret || !element) {
        return { error: { type: "invalid_request_error", message: "confirmPayment needs a mounted payment element and a client secret." } };
      }
      const invalid = element.validate();
      if (invalid) return { error: invalid };
      const fields = { client_secret: secret, use_stripe_sdk: "true", "payment_method_data[type]": "card" };
      for (const [name, value] of Object.entries(element.card())) fields[`payment_method_data[card][${name}]`] = value;
      if (confirmParams.return_url) fields.return_url = confirmParams.return_url;
      element.lock(true);
      let result = await this.#call("POST", `${idOf(secret)}/confirm`, fields);
      if (result.paymentIntent?.status === "requires_action") result = await this.#authenticate(result.paymentIntent);
      element.lock(false);
      if (result.error) {
        const field = FIELD_OF[result.error.code];
        if (field) element.showError(field, result.error.message);
        return result;
      }
      return this.#leave(result, confirmParams.return_url, redirect);
    }

    async handleNextAction({ clientSecret }) {
      const result = await this.retrievePaymentIntent(clientSecret);
      return result.paymentIntent?.status === "requires_action" ? this.#authenticate(result.paymentIntent) : result;
    }

    async #authenticate(intent) {
      const outcome = await askBank(amountOf(intent));
      const result = await this.#call("POST", `${intent.id}/authenticate`, { client_secret: intent.client_secret, outcome });
      if (result.paymentIntent?.status !== "requires_payment_method") return result;
      // The API says it for developers, Stripe.js for customers.
      const message = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
      return { error: { ...result.paymentIntent.last_payment_error, message, payment_intent: result.paymentIntent } };
    }

    // A card never needs to leave the page; who asked for "always" leaves it nevertheless, and for good.
    #leave(result, returnUrl, redirect) {
      if (redirect === "if_required" || !returnUrl) return result;
      const url = new URL(returnUrl, document.baseURI);
      url.searchParams.set("payment_intent", result.paymentIntent.id);
      url.searchParams.set("payment_intent_client_secret", result.paymentIntent.client_secret);
      url.searchParams.set("redirect_status", "succeeded");
      location.assign(url);
      return new Promise(() => {});
    }
  }

  const Stripe = (key) => new StripeSandbox(key);
  Stripe.version = 3;
  window.Stripe = Stripe;
})();
