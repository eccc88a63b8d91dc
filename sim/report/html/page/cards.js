// What stands about the drawings: the head, and the cards with scores, power and facts.

function makeHead() {
  document.getElementById("name").textContent = `Record ${record.name}`;
  document.getElementById("about").textContent =
    [`lead ${record.lead}`, `${record.rate} Hz`, clock(duration), record.chip].filter(Boolean).join(" · ");
  const note = document.getElementById("note");
  note.textContent = record.note;
  note.hidden = !record.note;
  const found = beats.filter((beat) => beat.at >= 0), rr = found.map(interval).filter(Boolean).sort((a, b) => a - b);
  const tiles = [["beats", found.length]];
  if (rr.length) tiles.push(["a minute, median", Math.round(60 / rr[rr.length >> 1])]);
  record.classes.forEach((name, index) => {
    const count = found.filter((beat) => beat.told === index).length;
    if (count) tiles.push([name === "Q" ? "not classified" : name, count, record.colours[index]]);
  });
  if (record.annotated) tiles.push(["disagreements", beats.filter((beat) => beat.wrong).length, "", "wrong"]);
  const box = document.getElementById("tiles");
  for (const [name, value, ink, kind] of tiles) {
    const tile = element("div", "", kind), number = element("dd", value.toLocaleString("en"));
    if (ink) number.style.color = ink;
    tile.append(element("dt", name), number);
    box.append(tile);
  }
}

function makeLegend() {
  const meaning = {
    N: "normal", S: "supraventricular ectopic", V: "ventricular ectopic", F: "fusion", Q: "not classified",
  };
  const box = document.getElementById("legend");
  record.classes.forEach((name, index) => {
    const letter = element("b", name);
    letter.style.color = record.colours[index];
    const entry = element("span");
    entry.append(letter, ` ${meaning[name]}`);
    box.append(entry);
  });
  if (record.annotated) {
    const ring = element("b", "○");
    ring.style.color = colour("wrong");
    const entry = element("span");
    entry.append(ring, " missed by the chip, or not annotated");
    box.append(entry);
  }
}

function card(title, id = "") {
  const made = element("section", "", "card");
  made.id = id;
  made.append(element("h2", title));
  document.getElementById("cards").append(made);
  return made;
}

function makeTable({title, heading, rows, note}) {
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  for (const name of heading) head.append(element("th", name));
  for (const [name, ...cells] of rows) {
    const row = body.insertRow();
    const label = element("th", name);
    label.scope = "row";
    row.append(label, ...cells.map((cell) => element("td", cell)));
  }
  const scroll = element("div", "", "scroll");
  scroll.append(table);
  card(title).append(scroll, element("p", note, "quiet"));
}

function watts(nanowatts) {
  return nanowatts >= 1000 ? `${(nanowatts / 1000).toPrecision(3)} µW` : `${Number(nanowatts.toPrecision(3))} nW`;
}

function makePower({blocks, conditions}) {
  const box = card("Power by block", "power"), most = Math.max(...blocks.map(([, value]) => value));
  for (const [name, value] of blocks) {
    const row = document.createElement("div"), bar = document.createElement("i"), track = document.createElement("span");
    bar.style.width = `${100 * value / most}%`;
    track.append(bar);
    row.append(element("span", name), track, element("b", watts(value)));
    box.append(row);
  }
  const total = element("div", "", "total");
  total.append(element("span", "together"), element("b", watts(blocks.reduce((sum, [, value]) => sum + value, 0))));
  box.append(total, element("p", conditions, "quiet"));
}

function makeFacts(facts) {
  const list = document.createElement("dl");
  for (const [name, value] of facts) list.append(element("dt", name), element("dd", value));
  card("What is on the chip", "facts").append(list);
}
