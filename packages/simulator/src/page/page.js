// The developer's page: asks the simulator once a second what happened, and switches its faults.

/** What a frontend developer wants to see most; every other fault can be typed as a rule. */
const presets = [
  ["Slow", "answers take 8 seconds", { kind: "latency", latencyMs: 8000 }],
  ["Rate limit", "429, come back in 5 s", { kind: "rate_limited", retryAfter: 5 }],
  ["Refused by the filter", "the prompt is not allowed", { kind: "moderated" }],
  ["Server error", "500, nothing was sold", { kind: "server_error", status: 500 }],
  ["Lost answer", "sold, then the line goes dead", { kind: "drop_after_accept" }],
  ["No answer", "sold, then silence", { kind: "hang" }],
  ["Nonsense", "a web page in place of JSON", { kind: "nonsense", variant: "html" }],
  ["Account empty", "ours, at the vendor", { kind: "quota" }],
  ["Key revoked", "401 while a job runs", { kind: "unauthorized", on: "read" }],
  ["Job fails", "after its time, money back", { kind: "job_failed" }],
  ["Job cancels itself", "halfway", { kind: "job_cancelled" }],
  ["Status nobody knows", "until the job is done", { kind: "unknown_status" }],
  ["Nothing made", "success without a file", { kind: "no_outputs" }],
  ["Broken files", "cut, in a whole answer", { kind: "truncated_media" }],
  ["Links are dead", "404 for every download", { kind: "link_dead", status: 404 }],
  ["Accepted twice", "one order, two sales", { kind: "accepted_twice" }],
];

const frequencies = {
  always: { times: null },
  half: { times: null, probability: 0.5 },
  tenth: { times: null, probability: 0.1 },
  once: { times: 1 },
};

const byId = (id) => document.getElementById(id);
let rules = [];

/** An element with attributes and children; texts are texts, whatever is in them. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.map(String));
  return made;
}

function holder(name, attributes, children) {
  const made = element(name, attributes);
  made.append(...children);
  return made;
}

async function ask(path, method = "GET", body = undefined) {
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = await response.json();
  if (!response.ok) throw new Error(json.error ?? response.status);
  return json;
}

// What a rule is, apart from how often it strikes and how often it did.
function nameOf({ times: _t, probability: _p, seen: _s, hits: _h, ...rest }) {
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function presetRule(fault) {
  const vendor = byId("vendor").value;
  return { ...fault, ...(vendor === "" ? {} : { vendor }), ...frequencies[byId("often").value] };
}

async function setRules(next) {
  try {
    const plain = next.map(({ seen: _s, hits: _h, ...rule }) => rule);
    rules = (await ask("/_/faults", "POST", { rules: plain })).rules;
    byId("problem").textContent = "";
  } catch (error) {
    byId("problem").textContent = error.message;
  }
  showRules();
}

function toggle(fault) {
  const rule = presetRule(fault);
  const others = rules.filter((known) => nameOf(known) !== nameOf(rule));
  return setRules(others.length < rules.length ? others : [...rules, rule]);
}

function makeSwitches() {
  for (const [title, note, fault] of presets) {
    const button = holder("button", { type: "button" }, [
      element("b", {}, title),
      element("small", {}, note),
    ]);
    button.addEventListener("click", () => toggle(fault));
    byId("switches").append(button);
  }
}

function showRules() {
  for (const [index, button] of [...byId("switches").children].entries()) {
    const name = nameOf(presetRule(presets[index][2]));
    button.setAttribute("aria-pressed", String(rules.some((rule) => nameOf(rule) === name)));
  }
  byId("rules").replaceChildren(
    ...rules.map((rule) => {
      const { seen, hits, ...plain } = rule;
      const off = element("button", { type: "button", "aria-label": `Remove ${plain.kind}` }, "Remove");
      off.addEventListener("click", () => setRules(rules.filter((other) => other !== rule)));
      const text = JSON.stringify(plain);
      return holder("li", {}, [
        element("code", {}, text),
        element("span", { class: "quiet" }, `struck ${hits} of ${seen}`),
        off,
      ]);
    }),
  );
}

const money = (usd) => `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
const clock = (at) => new Date(at).toLocaleTimeString([], { hourCycle: "h23" });

function statusOf({ status }) {
  if (status === 0) return ["bad", "no answer"];
  return [status < 300 ? "good" : status < 500 ? "warn" : "bad", status];
}

function trafficRow(entry) {
  const [tone, word] = statusOf(entry);
  const tags = [
    ...(entry.outgoing ? [element("span", { class: "tag" }, "webhook")] : []),
    ...(entry.duplicate ? [element("span", { class: "tag bad" }, "same again")] : []),
    ...(entry.fault ? [element("span", { class: "tag warn" }, entry.fault)] : []),
  ];
  return holder("div", { class: "row" }, [
    element("time", {}, clock(entry.at)),
    element("span", { class: "quiet" }, entry.method),
    element("span", { class: "vendor" }, entry.vendor),
    element("code", {}, entry.path),
    holder("span", { class: "tags" }, tags),
    element("span", { class: `last ${tone}`, title: `${entry.ms} ms` }, word),
  ]);
}

function purchaseRow(purchase) {
  const price = purchase.credits === null ? money(purchase.usd) : `${purchase.credits} credits`;
  return holder("div", { class: "row" }, [
    element("time", {}, clock(purchase.created_at)),
    element("span", { class: "quiet" }, `× ${purchase.outputs}`),
    element("span", { class: "vendor" }, purchase.vendor),
    element("code", {}, `${purchase.operation} · ${purchase.client_reference ?? "no reference"}`),
    holder(
      "span",
      { class: "tags" },
      purchase.refunded ? [element("span", { class: "tag" }, "given back")] : [],
    ),
    element("span", { class: "last" }, price),
  ]);
}

function invoiceTable({ vendor, unit, amount, lines }) {
  const row = (cell, texts) =>
    holder(
      "tr",
      {},
      texts.map((text) => element(cell, {}, text)),
    );
  const price = (value) => (unit === "usd" ? money(value) : value);
  return holder("table", {}, [
    element("caption", {}, vendor),
    holder("thead", {}, [row("th", ["operation", "bought", unit === "usd" ? "US dollars" : unit])]),
    holder(
      "tbody",
      {},
      lines.map((line) => row("td", [line.operation, line.purchases, price(line.amount)])),
    ),
    holder("tfoot", {}, [row("td", ["total", "", price(amount)])]),
  ]);
}

function fill(id, nodes, empty) {
  byId(id).replaceChildren(...(nodes.length > 0 ? nodes : [element("p", { class: "empty" }, empty)]));
}

async function look() {
  const [traffic, purchases, invoice, faults] = await Promise.all([
    ask("/_/traffic?last=100"),
    ask("/_/purchases?last=30"),
    ask("/_/invoice"),
    ask("/_/faults"),
  ]);
  byId("requests").textContent = traffic.total;
  byId("double").textContent = purchases.bought_twice;
  byId("double-figure").className = purchases.bought_twice > 0 ? "alarm" : "";
  byId("bought").textContent = purchases.total;
  byId("total").textContent = money(invoice.invoices.reduce((sum, { usd }) => sum + usd, 0));
  fill("traffic", traffic.requests.reverse().map(trafficRow), "Nobody has asked for anything yet.");
  fill("purchases", purchases.purchases.reverse().map(purchaseRow), "Nothing was bought yet.");
  const billed = invoice.invoices.filter(({ lines }) => lines.length > 0);
  fill("invoices", billed.map(invoiceTable), "No vendor would send one yet.");
  // A list that is being used must not move under the finger.
  if (JSON.stringify(faults.rules) !== JSON.stringify(rules)) {
    rules = faults.rules;
    showRules();
  }
}

async function watch() {
  for (;;) {
    try {
      if (!document.hidden) await look();
      byId("state").className = "live";
      byId("state").textContent = "Live";
    } catch {
      byId("state").className = "";
      byId("state").textContent = "The simulator does not answer. Trying again…";
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

makeSwitches();
byId("vendor").addEventListener("change", showRules);
byId("clear").addEventListener("click", () => setRules([]));
byId("offline").addEventListener("click", () => ask("/_/offline", "POST", { ms: 5000 }));
byId("rule").addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    void setRules([...rules, JSON.parse(byId("text").value)]);
  } catch (error) {
    byId("problem").textContent = error.message;
  }
});
const { vendors } = await ask("/_/vendors");
byId("vendor").append(...vendors.map((name) => element("option", { value: name }, name)));
await watch();
