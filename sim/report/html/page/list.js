// Beats and events to click on; each filter adds what it names.

const KINDS = [
  ...record.classes.map((name, index) => ({name, index, has: (item) => item.shown === index})),
  {name: "disagreements", has: (item) => Boolean(item.wrong)},
  {name: "events", has: (item) => item.end !== undefined},
];
const listed = new Set(KINDS.filter((kind) => kind.name !== "N")); // most beats are normal
let items = [];

function element(tag, text = "", kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function badge(item) {
  const made = element("span", item.end !== undefined ? "!" : record.classes[item.shown], "badge");
  if (item.verdict === "missed") made.classList.add("hollow");
  else if (item.end === undefined) made.style.background = record.colours[item.shown];
  return made;
}

function makeFilters() {
  const box = document.getElementById("filters"), everything = [...beats, ...events];
  for (const kind of KINDS) {
    const count = everything.filter(kind.has).length;
    if (!count) {
      listed.delete(kind);
      continue;
    }
    const button = element("button", "", kind.index === undefined ? "plain" : "");
    button.type = "button";
    button.dataset.kind = kind.name;
    if (kind.index !== undefined) {
      const letter = element("span", kind.name, "badge");
      letter.style.background = record.colours[kind.index];
      button.append(letter, String(count));
    } else button.append(`${kind.name} ${count}`);
    button.setAttribute("aria-pressed", listed.has(kind));
    button.addEventListener("click", () => {
      if (!listed.delete(kind)) listed.add(kind);
      button.setAttribute("aria-pressed", listed.has(kind));
      makeList();
    });
    box.append(button);
  }
}

function makeList() {
  items = [...beats, ...events].filter((item) => [...listed].some((kind) => kind.has(item)));
  items.sort((one, other) => one.time - other.time);
  const list = document.getElementById("list");
  list.replaceChildren(...items.map(entry));
  document.getElementById("count").textContent = items.length ? `${items.length} listed` : "Nothing is listed";
  markChosen();
}

function entry(item) {
  const place = document.createElement("li"), button = document.createElement("button");
  button.type = "button";
  const words = item.end !== undefined ? `${item.what}, ${(item.end - item.time).toFixed(1)} s` : remark(item);
  const rr = item.end === undefined && item.at >= 0 && interval(item) ? interval(item).toFixed(2) : "";
  button.append(
    element("span", clock(item.time, 1)), badge(item), element("span", words, item.wrong ? "wrong" : ""),
    element("span", rr, "interval"),
  );
  button.dataset.time = item.time;
  button.addEventListener("click", () => {
    choose(item, true);
    const strip = document.getElementById("strip"), {top, bottom} = strip.getBoundingClientRect();
    if (bottom < 60 || top > innerHeight - 60) strip.scrollIntoView({block: "center"}); // on a phone it is far above
  });
  place.append(button);
  return place;
}

// Only when another is chosen: a list that was scrolled by hand stays, and nothing is said twice.
let pointed;

function showChosen() {
  if (pointed === view.chosen) return;
  pointed = view.chosen;
  markChosen();
  tellChosen();
}

function markChosen() {
  const list = document.getElementById("list");
  list.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const entry = list.children[items.indexOf(view.chosen)];
  if (!entry) return;
  entry.firstChild.setAttribute("aria-current", "true");
  const above = entry.offsetTop - list.offsetTop - list.scrollTop; // only the list scrolls, not the page
  if (above < 0 || above > list.clientHeight - entry.offsetHeight) list.scrollTop += above - list.clientHeight / 2;
}

function tellChosen() {
  const item = view.chosen, box = document.getElementById("told");
  if (!item) {
    box.textContent = "Click a beat, or step with ← and →. Drag to move; pinch, or ctrl and wheel, to zoom.";
    return;
  }
  const parts = [clock(item.time, 2)];
  if (item.end !== undefined) parts.push(`${item.what} until ${clock(item.end, 2)}`);
  else if (item.at >= 0) {
    const name = record.classes[item.told];
    parts.push(name === "Q" ? "not classified" : `chip says ${name}`);
    if (interval(item)) parts.push(`R-R ${interval(item).toFixed(3)} s, ${Math.round(60 / interval(item))} a minute`);
    if (item.margin >= 0) parts.push(`margin ${item.margin}`);
  }
  if (item.annotated >= 0) parts.push(`annotated ${annotation(item)}`);
  const verdict = {other: "the class differs", missed: "missed by the chip", extra: "extra: no beat is annotated"};
  box.replaceChildren(parts.join(" · "));
  if (verdict[item.verdict]) box.append(" · ", element("span", verdict[item.verdict], "wrong"));
}
