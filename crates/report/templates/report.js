"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rows, params, maximize, metric } = data;
  const complete = rows.filter(r => r.mean !== null);
  const SVG = "http://www.w3.org/2000/svg";
  const at = id => document.getElementById(id);

  // What is drawn.
  function el(name, attributes, ...children) {
    const node = name.startsWith("html:") ? document.createElement(name.slice(5)) : document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    for (const child of children) if (child !== null) node.append(child);
    return node;
  }
  const tip = (node, text) => { node.append(el("title", {}, text)); return node; };
  function show(x) {
    if (x === null || x === undefined) return "–";
    if (typeof x !== "number") return Array.isArray(x) ? "[" + x.join(", ") + "]" : String(x);
    if (Number.isInteger(x) && Math.abs(x) < 1e7) return String(x);
    const size = Math.abs(x);
    return size >= 1e-3 && size < 1e6 ? String(Number(x.toPrecision(4))) : x.toExponential(2).replace(/\.?0+e/, "e");
  }
  function figure(id, title, note, width, height, label) {
    const host = at(id);
    host.replaceChildren();
    host.append(el("html:figcaption", {}, el("html:b", {}, title), " " + note));
    const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label || title });
    host.append(svg);
    return svg;
  }
  function nothing(id, title, why) {
    at(id).replaceChildren(el("html:figcaption", {}, el("html:b", {}, title), " " + why));
    at(id).dataset.empty = "yes";
  }

  // Axes.
  function ticks(low, high, n) {
    const step0 = (high - low) / Math.max(n, 1), power = 10 ** Math.floor(Math.log10(step0));
    const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= step0) || power * 10;
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(Number((i * step).toPrecision(12)));
    return found;
  }
  function linear(low, high, from, to) {
    if (!(high > low)) { const pad = Math.abs(low) || 1; low -= pad / 2; high += pad / 2; }
    const scale = x => from + (to - from) * (x - low) / (high - low);
    scale.ticks = n => ticks(low, high, n);
    scale.back = p => low + (high - low) * (p - from) / (to - from);
    return scale;
  }
  function logarithmic(low, high, from, to) {
    const inner = linear(Math.log10(low), Math.log10(high), from, to);
    const scale = x => inner(Math.log10(x));
    scale.ticks = n => {
      const a = Math.log10(low), b = Math.log10(high), per = b - a > 3 ? [1] : b - a > 1.2 ? [1, 3] : [1, 2, 3, 5, 7], found = [];
      for (let e = Math.floor(a); e <= b; e++) for (const k of per) { const v = Number((k * 10 ** e).toPrecision(12)); if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9)) found.push(v); }
      return found.filter((_, i) => i % Math.ceil(found.length / n) === 0);
    };
    scale.back = p => 10 ** inner.back(p);
    return scale;
  }
  const extent = xs => { let low = Infinity, high = -Infinity; for (const x of xs) if (x !== null && Number.isFinite(x)) { if (x < low) low = x; if (x > high) high = x; } return [low, high]; };
  const padded = ([low, high]) => { const pad = (high - low) * .05 || Math.abs(low) * .05 || 1; return [low - pad, high + pad]; };
  /** Scores without what is so bad that all others would lie on one line; and whether something was cut. */
  function seen(scores) {
    const sorted = [...scores].sort((a, b) => a - b), n = sorted.length;
    const q1 = sorted[Math.floor(n * .25)], q3 = sorted[Math.floor(n * .75)], far = 6 * (q3 - q1 || Math.abs(q1) || 1);
    const kept = sorted.filter(x => x >= q1 - far && x <= q3 + far);
    return { range: padded(extent(kept)), cut: n - kept.length };
  }
  const cutNote = seen => seen.cut ? ` ${seen.cut} far worse ${seen.cut > 1 ? "ones are" : "one is"} not shown.` : "";
  function frame(svg, x, y, [left, top, right, bottom], xName, yName, xTicks, yTicks) {
    for (const v of (yTicks || y.ticks(5))) {
      const p = y(v);
      svg.append(el("line", { class: "gridline", x1: left, x2: right, y1: p, y2: p }), el("text", { x: left - 5, y: p + 4, "text-anchor": "end" }, show(v)));
    }
    for (const v of (xTicks || x.ticks(6))) {
      const p = x(v.at === undefined ? v : v.at);
      svg.append(el("line", { class: "axis", x1: p, x2: p, y1: bottom, y2: bottom + 4 }), el("text", { x: p, y: bottom + 15, "text-anchor": "middle" }, v.name === undefined ? show(v) : v.name));
    }
    svg.append(el("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
    if (xName) svg.append(el("text", { class: "name", x: (left + right) / 2, y: bottom + 30, "text-anchor": "middle" }, xName));
    if (yName) svg.append(el("text", { class: "name", x: left - 40, y: top - 6 }, yName));
  }
  /** The axis of a parameter: numbers by their scale, everything else by its place in a list. */
  function axis(index, from, to) {
    const p = params[index], values = rows.map(r => r.x[index]).filter(v => v !== null);
    if (p.numeric) {
      const [low, high] = extent(values);
      const scale = (p.log && low > 0 && high > low ? logarithmic : linear)(low, high, from, to);
      const own = [...new Set(values)].sort((a, b) => a - b), few = own.length <= 8 && own.every(Number.isInteger);
      return { of: v => v === null ? null : scale(v), ticks: n => (few ? own.filter((_, i) => i % Math.ceil(own.length / n) === 0) : scale.ticks(n)).map(v => ({ at: scale(v), name: show(v) })) };
    }
    const key = v => JSON.stringify(v), names = [...new Set(values.map(key))].sort();
    const scale = linear(-.5, names.length - .5, from, to);
    const name = k => { const t = show(JSON.parse(k)); return t.length > 14 ? t.slice(0, 13) + "…" : t; };
    return { of: v => v === null ? null : scale(names.indexOf(key(v))), ticks: () => names.map((k, i) => ({ at: scale(i), name: name(k) })) };
  }
  const identity = x => x;
  /** From the worst (0) to the best (1) of what is shown. */
  function goodness(range) { return m => { const t = (m - range[0]) / (range[1] - range[0] || 1); return Math.min(1, Math.max(0, maximize ? t : 1 - t)); }; }
  /** Viridis, roughly: readable in both schemes and by the colour-blind. */
  function colour(t) {
    const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]], i = Math.min(3, Math.floor(t * 4)), f = t * 4 - i;
    return "rgb(" + stops[i].map((c, k) => Math.round(c + f * (stops[i + 1][k] - c))).join(",") + ")";
  }
  const said = r => `trial ${r.n}: ${metric} ${show(r.mean)}\n` + params.map((p, i) => `${p.name} ${show(r.x[i])}`).join("\n");

  // Leaderboard: sorted by its heads, filtered by text or by a condition.
  (function board() {
    const table = at("board"), body = table.tBodies[0], trs = [...body.rows];
    const value = (i, key) => key.startsWith("x:") ? rows[i].x[Number(key.slice(2))] : rows[i][key];
    const heads = [...table.tHead.rows[0].cells];
    for (const th of heads) {
      const button = el("html:button", { type: "button" }, th.textContent);
      th.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = th.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", up ? "ascending" : "descending");
        const key = th.dataset.key;
        const order = (a, b) => {
          const x = value(a.dataset.i, key), y = value(b.dataset.i, key);
          if (x === null || y === null) return (x === null) - (y === null);
          const d = typeof x === "number" && typeof y === "number" ? x - y : String(show(x)).localeCompare(String(show(y)));
          return (up ? d : -d) || a.dataset.i - b.dataset.i;
        };
        body.append(...trs.sort(order));
      });
    }
    const keys = Object.fromEntries(heads.map(th => [th.textContent.trim(), th.dataset.key]));
    const condition = text => {
      const m = /^\s*(\S+)\s*(<=|>=|=|<|>)\s*(.+?)\s*$/.exec(text);
      if (!m || keys[m[1]] === undefined) return null;
      const [, name, sign, right] = m, number = Number(right);
      return i => {
        const v = value(i, keys[name]);
        if (v === null) return false;
        if (sign === "=") return show(v) === right || v === number;
        return { "<": v < number, ">": v > number, "<=": v <= number, ">=": v >= number }[sign];
      };
    };
    at("filter").addEventListener("input", event => {
      const text = event.target.value, fits = condition(text);
      let n = 0;
      for (const tr of trs) {
        tr.hidden = fits ? !fits(tr.dataset.i) : !tr.textContent.toLowerCase().includes(text.trim().toLowerCase());
        n += !tr.hidden;
      }
      at("filtered").textContent = text ? `${n} of ${trs.length}` : "";
    });
  })();

  if (complete.length === 0) {
    for (const id of ["history", "overtuning", "folds", "importances", "contour", "parallel", "slices", "curves", "gap", "judged", "features"]) nothing(id, "", "");
    at("search").append(el("html:p", { class: "note" }, "No trial is complete yet."));
  } else draw();
  timeline();

  function draw() {
    const shown = seen(complete.map(r => r.mean)), good = goodness(shown.range), inside = complete.filter(r => r.mean >= shown.range[0] && r.mean <= shown.range[1]);
    const byNumber = [...complete].sort((a, b) => a.n - b.n);

    (function history() {
      const svg = figure("history", "History.", `A dot is a trial, the line the best so far.${cutNote(shown)}`, 560, 280, `History of ${complete.length} trials`);
      const x = linear(...padded(extent(rows.map(r => r.n))), 50, 550), y = linear(...shown.range, 245, 18);
      frame(svg, x, y, [50, 18, 550, 245], "trial", metric);
      let best = null, path = "";
      for (const r of byNumber) {
        if (best === null || (maximize ? r.mean > best : r.mean < best)) { path += best === null ? `M${x(r.n)},${y(r.mean)}` : `V${y(r.mean)}`; best = r.mean; }
        path += `H${x(r.n)}`;
      }
      svg.append(el("path", { class: "line", d: path }));
      for (const r of inside) svg.append(tip(el("circle", { class: "dot" + (r.n === data.winner ? " winner" : ""), cx: x(r.n), cy: y(r.mean), r: r.n === data.winner ? 5 : 3 }), said(r)));
      for (const r of rows.filter(r => r.state === "diverged" || r.state === "failed")) svg.append(tip(el("circle", { class: "dot lost", cx: x(r.n), cy: 245, r: 3 }), `trial ${r.n}: ${r.state}`));
    })();

    (function overtuning() {
      const over = data.overtuning.filter(o => o.holdout !== null);
      if (over.length === 0) return nothing("overtuning", "Over-tuning.", "Without rows held out ([data] test), or before the search is over, there is nothing to hold the choice against.");
      const svg = figure("overtuning", "Over-tuning.", "Each trial that was the best when it came: its mean over the folds, and its fold models together on the rows held out.", 560, 280, "Over-tuning curve");
      const x = linear(...padded(extent(over.map(o => o.n))), 50, 550), y = linear(...padded(extent(over.flatMap(o => [o.mean, o.holdout]))), 230, 30);
      frame(svg, x, y, [50, 30, 550, 230], "trial", metric);
      for (const [key, name, extra] of [["mean", "folds", ""], ["holdout", "held out", " second dashed"]]) {
        svg.append(el("polyline", { class: "line" + extra, points: over.map(o => `${x(o.n)},${y(o[key])}`).join(" ") }));
        for (const o of over) svg.append(tip(el("circle", { class: key === "mean" ? "dot" : "dot winner", cx: x(o.n), cy: y(o[key]), r: 3.5 }), `trial ${o.n}, ${name}: ${show(o[key])}`));
        svg.append(el("line", { class: "line" + extra, x1: key === "mean" ? 400 : 480, x2: key === "mean" ? 420 : 500, y1: 14, y2: 14 }), el("text", { x: key === "mean" ? 424 : 504, y: 18 }, name));
      }
    })();

    (function folds() {
      const top = complete.slice(0, 20), n = data.splits, w = Math.min(56, 400 / n), h = 15;
      const svg = figure("folds", "Folds.", `Score of each split less the mean of the split over these ${top.length} trials; a fold that is hard for all shows in no colour, a trial that is uneven does.`, 560, top.length * h + 40, "Heat map of folds");
      const means = Array.from({ length: n }, (_, j) => { const s = top.map(r => r.folds[j]).filter(v => v !== null); return s.reduce((a, b) => a + b, 0) / (s.length || 1); });
      const off = top.flatMap(r => r.folds.map((s, j) => s === null ? 0 : s - means[j])), most = Math.max(...off.map(Math.abs)) || 1;
      top.forEach((r, i) => {
        svg.append(el("text", { x: 70, y: 16 + i * h + 11, "text-anchor": "end" }, `trial ${r.n}`));
        r.folds.forEach((s, j) => {
          if (s === null) return;
          const t = (s - means[j]) / most, better = maximize ? t > 0 : t < 0;
          svg.append(tip(el("rect", { class: better ? "fill" : "fill second", "fill-opacity": Math.abs(t).toFixed(2), x: 76 + j * w, y: 16 + i * h, width: w - 1, height: h - 1 }), `trial ${r.n}, split ${j}: ${show(s)}`));
        });
      });
      for (let j = 0; j < n; j += Math.ceil(n / 20)) svg.append(el("text", { x: 76 + j * w + w / 2, y: 11, "text-anchor": "middle" }, j));
      const right = 90 + n * w;
      svg.append(el("rect", { class: "fill", x: right, y: 16, width: 12, height: 12 }), el("text", { x: right + 17, y: 26 }, "better"), el("rect", { class: "fill second", x: right, y: 34, width: 12, height: 12 }), el("text", { x: right + 17, y: 44 }, "worse"));
    })();

    (function importances() {
      const found = data.importances;
      if (found.length === 0) return nothing("importances", "Importances.", "They take several trials and a searched parameter.");
      bars("importances", "Importances.", `For being among the best tenth (PED-ANOVA), of ${complete.length} trials${complete.length < 50 ? ": few, so only large differences count" : ""}.`, found.map(f => ({ name: f.name, value: f.value })), v => (100 * v).toFixed(0) + " %");
    })();

    const searched = params.map((p, i) => ({ ...p, i })).filter(p => p.searched && new Set(rows.map(r => JSON.stringify(r.x[p.i]))).size > 1);
    parallel(searched);
    slices(searched);
    contour(searched);

    (function curves() {
      const all = data.curves;
      if (all.length === 0) return nothing("curves", "Learning curves.", "None are stored.");
      const label = el("html:label", { class: "controls" }, "Trial "), pick = el("html:select", { "aria-label": "Trial of the learning curve" });
      all.forEach((c, i) => pick.append(el("html:option", { value: i }, `${c.n} (rank ${c.rank})`)));
      label.append(pick);
      function one() {
        const c = all[pick.selectedIndex < 0 ? 0 : pick.selectedIndex];
        const lines = [["training", c.train, ""], ["watched by early stopping", c.watched, " second dashed"]].filter(l => l[1].some(v => v !== null));
        const svg = figure("curves", "Learning curves.", "Loss by epoch, meaned over the folds.", 560, 280, `Learning curve of trial ${c.n}`);
        at("curves").prepend(label);
        const values = lines.flatMap(l => l[1]).filter(v => v !== null && v > 0), [low, high] = extent(values);
        const x = linear(...extent(c.epochs), 50, 550), y = (high > 20 * low ? logarithmic : linear)(...(high > 20 * low ? [low, high] : padded([low, high])), 230, 30);
        frame(svg, x, y, [50, 30, 550, 230], "epoch", "loss");
        lines.forEach(([name, losses, extra], k) => {
          svg.append(el("polyline", { class: "line" + extra, points: losses.map((v, i) => v === null ? "" : `${x(c.epochs[i])},${y(v)}`).join(" ") }));
          svg.append(el("line", { class: "line" + extra, x1: 300, x2: 320, y1: 12 + 14 * k, y2: 12 + 14 * k }), el("text", { x: 326, y: 16 + 14 * k }, name));
        });
      }
      pick.addEventListener("change", () => { one(); pick.focus(); });
      one();
    })();

    (function gap() {
      const both = complete.filter(r => r.train !== null);
      const a = seen(both.map(r => r.train)), kept = inside.filter(r => r.train !== null && r.train >= a.range[0] && r.train <= a.range[1]);
      if (kept.length === 0) return nothing("gap", "Over- and under-fitting.", "No training scores.");
      const svg = figure("gap", "Over- and under-fitting.", "Score on training rows and on validation rows; on the dashed line they are equal.", 560, 280, "Training and validation scores");
      const range = padded(extent(kept.flatMap(r => [r.train, r.mean]))), x = linear(...range, 50, 550), y = linear(...range, 240, 18);
      frame(svg, x, y, [50, 18, 550, 240], `training ${metric}`, `validation ${metric}`);
      svg.append(el("line", { class: "zero", x1: x(range[0]), y1: y(range[0]), x2: x(range[1]), y2: y(range[1]) }));
      for (const r of kept) svg.append(tip(el("circle", { class: r.n === data.winner ? "dot winner" : "dot" + (r.diagnosis === "ok" ? "" : " lost"), cx: x(r.train), cy: y(r.mean), r: r.n === data.winner ? 5 : 3 }), `${said(r)}\n${r.diagnosis || ""}`));
      svg.append(el("circle", { class: "dot", cx: 330, cy: 10, r: 3 }), el("text", { x: 337, y: 14 }, "ok"), el("circle", { class: "dot lost", cx: 370, cy: 10, r: 3 }), el("text", { x: 377, y: 14 }, "high bias or variance"), el("circle", { class: "dot winner", cx: 500, cy: 10, r: 4 }), el("text", { x: 507, y: 14 }, "winner"));
    })();

    judged();
    (function features() {
      if (data.features.length === 0) return nothing("features", "Features.", "Permutation importances come when the search is over ([select] examine).");
      const top = data.features.slice(0, 25), rest = data.features.length - top.length;
      bars("features", "Features.", `By how much ${metric} gets worse when a column is shuffled among validation rows; the line is one standard deviation over folds and shuffles.${rest ? ` The first 25 of ${data.features.length}.` : ""}`, top.map(f => ({ name: f.name, value: f.mean, spread: f.std })), show);
    })();

    // Bars of names and values.
    function bars(id, title, note, list, format) {
      const h = 20, svg = figure(id, title, note, 560, list.length * h + 12, title);
      const ends = extent(list.flatMap(b => [0, b.value, b.value + (b.spread || 0), b.value - (b.spread || 0)])), x = linear(ends[0], ends[1], 170, 490);
      list.forEach((b, i) => {
        const y = 4 + i * h, name = b.name.length > 24 ? b.name.slice(0, 23) + "…" : b.name;
        svg.append(tip(el("text", { class: "name", x: 164, y: y + 13, "text-anchor": "end" }, name), b.name));
        svg.append(el("rect", { class: "fill", x: Math.min(x(0), x(b.value)), y: y + 2, width: Math.max(1, Math.abs(x(b.value) - x(0))), height: h - 6 }));
        if (b.spread) svg.append(el("line", { class: "whisker", x1: x(b.value - b.spread), x2: x(b.value + b.spread), y1: y + 9, y2: y + 9 }));
        svg.append(el("text", { x: 556, y: y + 13, "text-anchor": "end" }, format(b.value)));
      });
    }

    // Parallel coordinates: a range of an axis is brushed by pointer, or by arrow keys when it has the focus.
    function parallel(axes) {
      if (axes.length < 2) return nothing("parallel", "Parallel coordinates.", "They take two searched parameters.");
      const width = 1100, left = 50, right = 1050, top = 40, bottom = 300;
      const svg = figure("parallel", "Parallel coordinates.", "A line is a trial, yellow the best. Drag along an axis to keep what passes there, or focus it and use the arrow keys (with Shift: the size); Escape or a click lets go.", width, 330, "Parallel coordinates");
      const columns = [...axes.map(p => ({ name: p.name, scale: axis(p.i, bottom, top), of: r => r.x[p.i] })), (() => { const y = linear(...shown.range, bottom, top); return { name: metric, scale: { of: v => v === null ? null : y(Math.min(shown.range[1], Math.max(shown.range[0], v))), ticks: n => y.ticks(n).map(v => ({ at: y(v), name: show(v) })) }, of: r => r.mean }; })()];
      const place = k => left + (right - left) * k / (columns.length - 1);
      const drawn = [...inside].sort((a, b) => good(a.mean) - good(b.mean)).slice(-400).map(r => {
        const points = columns.map((c, k) => [place(k), c.scale.of(c.of(r))]).filter(p => p[1] !== null);
        const line = tip(el("polyline", { class: "line", stroke: "", points: points.map(p => p.join(",")).join(" ") }), said(r));
        line.style.stroke = colour(good(r.mean));
        svg.append(line);
        return { r, line };
      });
      const brushes = columns.map(() => null), marks = [];
      const update = () => {
        for (const { r, line } of drawn) {
          const kept = columns.every((c, k) => { const b = brushes[k], y = c.scale.of(c.of(r)); return b === null || (y !== null && y >= b[0] && y <= b[1]); });
          line.classList.toggle("off", !kept);
        }
        marks.forEach((mark, k) => { const b = brushes[k]; mark.setAttribute("y", b ? b[0] : top); mark.setAttribute("height", b ? Math.max(2, b[1] - b[0]) : 0); });
      };
      columns.forEach((c, k) => {
        const x = place(k);
        svg.append(el("line", { class: "axis", x1: x, x2: x, y1: top, y2: bottom }), el("text", { class: "name", x, y: k % 2 ? top - 10 : top - 24, "text-anchor": k === 0 ? "start" : k === columns.length - 1 ? "end" : "middle" }, c.name));
        for (const t of c.scale.ticks(5)) svg.append(el("text", { x: x + 4, y: t.at + 4 }, t.name));
        const mark = el("rect", { class: "brush", x: x - 9, width: 18, y: top, height: 0 });
        const target = el("rect", { class: "brushable", x: x - 12, width: 24, y: top - 6, height: bottom - top + 12, fill: "transparent", tabindex: 0, role: "slider", "aria-label": `Range of ${c.name}`, "aria-valuetext": "all", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": 0 });
        marks.push(mark);
        svg.append(mark, target);
        const height = event => { const box = svg.getBoundingClientRect(); return Math.min(bottom, Math.max(top, (event.clientY - box.top) * 330 / box.height)); };
        let from = null;
        target.addEventListener("pointerdown", event => { from = height(event); target.setPointerCapture(event.pointerId); brushes[k] = null; update(); });
        target.addEventListener("pointermove", event => { if (from === null) return; const to = height(event); if (Math.abs(to - from) > 3) { brushes[k] = [Math.min(from, to), Math.max(from, to)]; update(); } });
        target.addEventListener("pointerup", () => { from = null; });
        target.addEventListener("keydown", event => {
          if (event.key === "Escape") brushes[k] = null;
          else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
            const d = event.key === "ArrowUp" ? -13 : 13, b = brushes[k] || [top + (bottom - top) * .375, top + (bottom - top) * .625];
            const next = event.shiftKey ? [b[0] + d, b[1] - d] : [b[0] + d, b[1] + d];
            if (next[1] - next[0] >= 4) brushes[k] = [Math.max(top - 1, next[0]), Math.min(bottom + 1, next[1])];
          } else return;
          event.preventDefault();
          update();
          target.setAttribute("aria-valuetext", brushes[k] ? `${drawn.filter(d => !d.line.classList.contains("off")).length} trials kept` : "all");
        });
      });
    }

    function slices(axes) {
      if (axes.length === 0) return nothing("slices", "Slices.", "No parameter is searched.");
      const per = Math.min(4, axes.length), w = 275, h = 190, lines = Math.ceil(axes.length / per);
      const svg = figure("slices", "Slices.", `${metric} over each parameter.${cutNote(shown)}`, per * w, lines * h, "Slices");
      axes.forEach((p, k) => {
        const x0 = (k % per) * w + 48, y0 = Math.floor(k / per) * h + 12, a = axis(p.i, x0 + 8, x0 + w - 66), y = linear(...shown.range, y0 + h - 52, y0 + 4);
        const crowded = a.ticks(3), every = Math.ceil(crowded.length / 5);
        frame(svg, identity, y, [x0, y0 + 8, x0 + w - 58, y0 + h - 50], p.name, "", crowded.filter((_, i) => i % every === 0));
        for (const r of inside) { const x = a.of(r.x[p.i]); if (x !== null) svg.append(tip(el("circle", { class: "dot" + (r.n === data.winner ? " winner" : ""), cx: x, cy: y(r.mean), r: r.n === data.winner ? 4 : 2.4 }), said(r))); }
      });
    }

    // Two parameters: each cell of a grid has the mean of its neighbours, weighted by 1/distance².
    function contour(axes) {
      if (axes.length < 2) return nothing("contour", "Contour.", "It takes two searched parameters.");
      const ranked = data.importances.map(f => f.name), order = [...axes].sort((a, b) => (ranked.indexOf(a.name) + 1 || 99) - (ranked.indexOf(b.name) + 1 || 99));
      const controls = el("html:p", { class: "controls" }), picks = [0, 1].map(k => {
        const pick = el("html:select", { "aria-label": k ? "Vertical parameter" : "Horizontal parameter" });
        order.forEach((p, i) => pick.append(el("html:option", { value: i }, p.name)));
        pick.selectedIndex = k;
        controls.append(el("html:label", {}, k ? "up " : "across ", pick));
        pick.addEventListener("change", () => { one(); pick.focus(); });
        return pick;
      });
      function one() {
        const [p, q] = picks.map(pick => order[Math.max(0, pick.selectedIndex)]);
        const svg = figure("contour", "Contour.", `${metric} between two parameters, from the trials nearby (dots); yellow is best.`, 560, 320, `Contour of ${p.name} and ${q.name}`);
        at("contour").prepend(controls);
        const ax = axis(p.i, 70, 540), ay = axis(q.i, 270, 20);
        const points = inside.map(r => ({ r, x: ax.of(r.x[p.i]), y: ay.of(r.x[q.i]) })).filter(o => o.x !== null && o.y !== null);
        const nx = 34, ny = 20, cw = 490 / nx, ch = 270 / ny;
        for (let i = 0; i < nx; i++) for (let j = 0; j < ny; j++) {
          const cx = 60 + (i + .5) * cw, cy = 10 + (j + .5) * ch;
          let weight = 0, sum = 0;
          for (const o of points) { const d = 1 / (((o.x - cx) / 470) ** 2 + ((o.y - cy) / 250) ** 2 + .0008); weight += d * d; sum += d * d * good(o.r.mean); }
          if (weight > 0) { const cell = el("rect", { x: 60 + i * cw, y: 10 + j * ch, width: cw + .4, height: ch + .4, "fill-opacity": .85 }); cell.style.fill = colour(sum / weight); svg.append(cell); }
        }
        const few = (ts, n) => ts.filter((_, i) => i % Math.ceil(ts.length / n) === 0);
        for (const t of few(ax.ticks(5), 7)) svg.append(el("text", { x: t.at, y: 296, "text-anchor": "middle" }, t.name));
        for (const t of few(ay.ticks(5), 9)) svg.append(el("text", { x: 54, y: t.at + 4, "text-anchor": "end" }, t.name));
        svg.append(el("text", { class: "name", x: 305, y: 314, "text-anchor": "middle" }, p.name), el("text", { class: "name", x: 4, y: 8 }, q.name));
        for (const o of points) { const dot = tip(el("circle", { cx: o.x, cy: o.y, r: o.r.n === data.winner ? 5 : 2.6, fill: "#fff", stroke: "#000", "stroke-width": .8 }), said(o.r)); svg.append(dot); }
      }
      one();
    }

    // What the winner gets wrong.
    function judged() {
      const j = data.judged;
      if (!j) return nothing("judged", "Mistakes.", "Found out when the search is over ([select] examine).");
      if (j.classes) {
        const { confusion } = j.classes, n = confusion.length, names = data.targets.map(t => t.length > 12 ? t.slice(0, 11) + "…" : t);
        if (n > 40) return nothing("judged", "Confusion matrix.", `${n} classes are too many to be drawn.`);
        const s = Math.min(46, 400 / n), svg = figure("judged", "Confusion matrix.", "Validation rows, each predicted by the fold that did not train on it: true class down, predicted class across; the shade is the share of the true class.", 560, n * s + 70, "Confusion matrix");
        confusion.forEach((row, a) => {
          const total = row.reduce((x, y) => x + y, 0) || 1;
          svg.append(el("text", { x: 104, y: 40 + a * s + s / 2 + 4, "text-anchor": "end" }, names[a]));
          row.forEach((count, b) => {
            svg.append(tip(el("rect", { class: a === b ? "fill" : "fill second", "fill-opacity": (count / total).toFixed(3), x: 110 + b * s, y: 40 + a * s, width: s - 1, height: s - 1 }), `${data.targets[a]} predicted as ${data.targets[b]}: ${count} of ${total} rows`));
            if (s >= 20 && count > 0) svg.append(el("text", { class: "name", x: 110 + b * s + s / 2, y: 40 + a * s + s / 2 + 4, "text-anchor": "middle" }, count));
          });
        });
        names.forEach((name, b) => svg.append(el("text", { x: 110 + b * s + s / 2, y: 32, "text-anchor": "middle" }, s < 24 ? name.slice(0, 3) : name.slice(0, Math.ceil(s / 6)))));
      } else {
        const points = j.numbers.rows, many = data.targets.length > 1;
        const svg = figure("judged", "Residuals.", `Truth less prediction over the prediction, of ${points.length}${points.length < j.numbers.n_rows ? ` of ${j.numbers.n_rows}` : ""} validation rows, each predicted by the fold that did not train on it${many ? `; the target ${data.targets[0]}` : ""}.`, 560, 300, "Residuals");
        const xs = points.map(p => p[1][0]), rs = points.map(p => p[0][0] - p[1][0]);
        const x = linear(...padded(extent(xs)), 60, 550), y = linear(...padded(extent([...rs, 0])), 255, 18);
        frame(svg, x, y, [60, 18, 550, 255], `predicted ${data.targets[0]}`, "residual");
        svg.append(el("line", { class: "zero", x1: 60, x2: 550, y1: y(0), y2: y(0) }));
        points.forEach((p, i) => svg.append(el("circle", { class: "dot", cx: x(xs[i]).toFixed(1), cy: y(rs[i]).toFixed(1), r: 1.7 })));
      }
    }
  }

  function timeline() {
    const units = data.units;
    if (units.length === 0) return nothing("timeline", "Timeline.", "No unit has run.");
    // Units that run at the same time stand in lanes.
    const ends = [], end = units.reduce((m, u) => Math.max(m, u[2] + u[3]), 1), lanes = units.map(u => { let k = ends.findIndex(e => e <= u[2] + 1); if (k < 0) k = ends.length; ends[k] = u[2] + u[3]; return k; });
    const n = Math.min(ends.length, 64), h = Math.max(4, Math.min(22, 240 / n));
    const svg = figure("timeline", "Timeline.", `${units.length} units (trial × fold) as they ran, a lane for each that ran at once; breaks between runs are cut out.`, 1100, n * h + 46, "Timeline of units");
    const x = linear(0, end / 1000, 10, 1090);
    units.forEach((u, i) => {
      if (lanes[i] >= n) return;
      const bar = tip(el("rect", { x: x(u[2] / 1000).toFixed(2), y: 6 + lanes[i] * h, width: Math.max(.5, x(u[3] / 1000) - x(0)).toFixed(2), height: h - 1 }), `trial ${u[0]}, split ${u[1]}: ${show(u[3] / 1000)} s`);
      bar.style.fill = colour((u[0] * .381966) % 1);
      svg.append(bar);
    });
    for (const t of x.ticks(10)) svg.append(el("text", { x: x(t), y: n * h + 22, "text-anchor": "middle" }, show(t)));
    svg.append(el("text", { class: "name", x: 550, y: n * h + 40, "text-anchor": "middle" }, "seconds"));
  }
  document.body.dataset.drawn = "yes";
})();
