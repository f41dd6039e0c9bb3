'use strict';
// Shows the data of the page. Everything is put in as text: the policy of the page refuses markup from strings.

const D = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const root = document.documentElement;
let L = root.lang === 'en' ? 0 : 1;

const t = told => Array.isArray(told) ? told[L] : told;
const w = (name, facts) => t(D.words[name] ?? name).replace(/\{(\w+)\}/g, (all, key) => facts && key in facts ? facts[key] : all);
const joined = list => list.join(L ? '、' : ', ');
const number = n => n.toLocaleString('en-US');
const when = ms => ms ? new Date(D.flows.start + ms).toISOString().slice(0, 19).replace('T', ' ') + 'Z' : '–';
const span = ({first, last}) => when(first) === when(last) ? when(first) : `${when(first)} – ${when(last)}`;
const seenWhen = ([calls, exact, first, last]) => `${exact ? '' : '≥ '}${number(calls)}×, ${span({first, last})}`;
const sentence = ([message, facts]) => t(D.messages[message]).replace(/\{(\w+)\}/g, (all, key) => key in facts ? t(D.values[facts[key]]) : all);
const fact = (prefix, told) => w(`${prefix}.${told}` in D.words ? `${prefix}.${told}` : told);
const label = told => told === 'unknown' ? w('untold') : t(D.labels[told] ?? told);

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value == null) continue;
    if (key === 'click') made.addEventListener('click', value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter(child => child != null && child !== ''));
  return made;
}
const button = (text, click, kind = 'link', more = {}) => el('button', {type: 'button', class: kind, click, ...more}, text);
const fill = (where, ...children) => where.replaceChildren(...children.flat(Infinity).filter(child => child != null));

// --- the data, made handy -----------------------------------------------------------------------------

const places = D.places;
const rules = Object.fromEntries(D.rules.map(rule => [rule.id, rule]));
const named = ({columns, rows}) => rows.map(row => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
const steps = named(D.steps);
const pairs = (flat, surely) => flat.flatMap((source, at) => at % 2 ? [] : [[source, flat[at + 1], surely]]);
const flows = named(D.flows).map((flow, n) => {
  for (const name of ['categories', 'origins', 'classes', 'doubts', 'markets']) flow[name] = D.flows.words[flow[name]];
  flow.n = n;
  flow.sources = [...pairs(flow.surely, 1), ...pairs(flow.perhaps, 0)];
  flow.findings = [];
  flow.vendors = [places[flow.from].vendor, places[flow.to].vendor].filter(Boolean);
  return flow;
});
D.findings.forEach(finding => {
  finding.ways ??= [];
  finding.missing ??= [];
  finding.marks ??= [];
  finding.at ??= rules[finding.rule].at;
  finding.severity = rules[finding.rule].severity;
  finding.ways.forEach(way => { way.steps = way.steps.map(n => steps[n]); });
  finding.flows = [...new Set(finding.ways.flatMap(way => way.steps.flatMap(step => step.flows)))];
  finding.flows.forEach(n => flows[n].findings.push(finding.id));
});
D.views.forEach(view => {
  view.lineOf = new Map(Object.entries(view.lines).flatMap(([line, [, , , members]]) => members.map(n => [n, line])));
});
const drawn = [...document.querySelectorAll('[data-mark]')].map(mark => (
  {mark, name: mark.dataset.mark, view: D.views.find(view => view.id === mark.closest('.drawn').dataset.view)}
));

// --- parts --------------------------------------------------------------------------------------------

const MARKS = {violated: '✗', undecided: '?', proven: '✓', waived: '!', 'not-applicable': '–', 'not-assessed': '○'};
const chip = verdict => el('span', {class: `chip ${verdict}`}, `${MARKS[verdict]} ${w(`verdict.${verdict}`)}`);
const place = n => el('a', {href: `#place-${n + 1}`}, t(places[n].name));
const flowLink = (n, text) => el('a', {href: `#flow-${n + 1}`, 'aria-label': text ? w('flow', {n: n + 1}) : null}, text ?? w('flow', {n: n + 1}));
const findingLink = id => el('a', {href: `#${id}`}, id);
const known = told => told ? el('small', {}, t(told)) : null;

function some(items, make, most = 8) {
  // The first of a list; the rest on demand, and on paper.
  const shown = el('span', {}, items.slice(0, most).flatMap((item, at) => [at ? joined(['', '']) : '', make(item)]));
  if (items.length > most) {
    const rest = items.slice(most);
    const more = button(w('more', {n: number(rest.length)}), () => {
      shown.append(...rest.flatMap(item => [joined(['', '']), make(item)]));
      more.remove();
    }, 'link more');
    const paper = el('span', {class: 'paper'}, `+ ${number(rest.length)}`);
    more.addEventListener('click', () => paper.remove());
    return el('span', {}, shown, ' ', more, paper);
  }
  return shown;
}

function cell(told) {
  if (told === '' || told == null) return '–';
  if (typeof told === 'number') return number(told);
  if (told.places) return told.places.length ? some(told.places, place) : '–';
  return t(told);
}

const PAGE = 100, PAPER = 2000;

function pages(where, items, make, tag = 'div', size = PAGE) {
  // A long list a hundred at a time: a browser draws ten thousand rows only when somebody wants them.
  let shown = 0;
  const more = button('', () => show(size), 'more');
  const note = el(tag === 'tbody' ? 'p' : tag, {class: 'paper'});
  function show(count) {
    where.append(...items.slice(shown, shown + count).map(make));
    shown = Math.min(shown + count, items.length);
    more.textContent = w('more', {n: number(Math.min(size, items.length - shown))}) + ` (${number(shown)} / ${number(items.length)})`;
    more.hidden = shown >= items.length;
    note.textContent = more.hidden ? '' : w('left', {n: number(items.length - shown)});
  }
  more.forPaper = () => show(Math.max(PAPER - shown, 0));
  show(size);
  return [more, note];
}

function table(caption, columns, rows, make) {
  const body = el('tbody');
  const after = pages(body, rows, make, 'tbody');
  const head = el('thead', {}, el('tr', {}, columns.map(column => el('th', {scope: 'col'}, column))));
  return [
    el('div', {class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption},
      el('table', {}, el('caption', {class: 'hid'}, caption), head, body)),
    ...after,
  ];
}

const row = cells => el('tr', {}, cells.map((told, at) => at ? el('td', {}, told) : el('th', {scope: 'row'}, told)));

// --- sections -----------------------------------------------------------------------------------------

function drawOutcome() {
  const counts = {};
  D.rules.forEach(rule => { counts[rule.verdict] = (counts[rule.verdict] ?? 0) + 1; });
  const tiles = ['violated', 'undecided', 'proven', 'waived', 'not-applicable'].filter(each => counts[each] || each !== 'waived');
  fill($('outcome'),
    el('p', {class: `banner ${D.outcome.verdict}`}, el('span', {class: 'mark', 'aria-hidden': 'true'}, MARKS[D.outcome.verdict]), el('strong', {}, t(D.outcome.says))),
    el('ul', {class: 'tiles'}, tiles.map(each => el('li', {class: `tile ${each}`},
      el('b', {}, number(counts[each] ?? 0)), ' ', w(`verdict.${each}`)))),
    D.outcome.notes.map(note => el('p', {class: 'hint'}, t(note))));
}

function drawQuestions() {
  fill($('answers'), D.questions.map((question, at) => {
    const count = flows.filter(flow => flow.asked >> at & 1).length;
    return el('article', {class: 'card', id: question.id},
      el('h3', {}, `${at + 1}. ${t(question.question)}`),
      // A chip beside a question would read as its answer: "used for training? proven". What is proven is a rule.
      el('ul', {class: 'asked'},
        question.verdict === 'not-assessed' ? el('li', {}, chip('not-assessed')) : null,
        question.rules.map(id => el('li', {}, chip(rules[id].verdict), ' ', el('a', {href: `#rule-${id}`}, t(rules[id].title))))),
      el('ul', {class: 'says'}, question.says.map(told => el('li', {}, t(told)))),
      question.table ? table(t(question.question), question.table.columns.map(t), question.table.rows, told => row(told.map(cell))) : null,
      el('p', {class: 'evidence'}, el('b', {}, w('q.evidence') + (L ? '：' : ': ')),
        count ? [button(w('q.flows', {n: number(count)}), () => ask(String(at)), 'tools'), ' '] : null,
        D.views.filter(view => view.view === question.view).map(view => [button(w('q.map'), () => show(view), 'tools'), ' '])));
  }));
}

function drawBasis() {
  fill($('terms'), D.basis.map(({term, facts}) => el('div', {}, el('dt', {}, t(term)), facts.map(told => el('dd', {}, t(told))))));
  fill($('facts'), table(w('facts'), D.facts.columns.map(t), D.facts.rows, told => row(told.map(cell))));
}

function drawFindings() {
  const order = ['violated', 'undecided'];
  const groups = new Map();
  D.findings.filter(fitsFinding).forEach(finding => groups.set(finding.rule, [...groups.get(finding.rule) ?? [], finding]));
  const worst = group => Math.min(...group.map(finding => order.indexOf(finding.verdict)));
  const sorted = [...groups].sort((a, b) => worst(a[1]) - worst(b[1]));
  fill($('found'), sorted.length ? sorted.map(([id, group]) => {
    const rule = rules[id], list = el('div');
    const after = pages(list, group, drawFinding, 'div', 25);
    return el('article', {class: 'card'},
      el('h3', {}, chip(rule.verdict), ` ${t(rule.title)} `, el('small', {}, `${id} [${w(`severity.${rule.severity}`)}]`)),
      el('dl', {class: 'terms'},
        term('why', t(rule.why)), term('remedy', t(rule.remedy)),
        rule.law.length ? term('rests', rule.law.map(t).join(L ? '；' : '; ')) : null),
      list, after);
  }) : el('p', {}, w(D.findings.length ? 'nothing' : 'none')));
}

const term = (name, ...told) => el('div', {}, el('dt', {}, w(name)), el('dd', {}, told));

function drawFinding(finding) {
  return el('details', {id: finding.id, class: `finding ${finding.verdict}`, open: finding.verdict === 'violated'},
    el('summary', {}, el('b', {}, finding.id), ' ', finding.marks.map(mark => el('span', {class: 'chip waived'}, t(mark))), ' ', sentence(finding.says[0]), finding.ways.filter(way => places[way.from].kind === 'caller').slice(0, 1).map(way => [' ', el('code', {}, places[way.from].id)])),
    finding.says.slice(1).map(told => el('p', {}, sentence(told))),
    el('div', {class: 'ways'}, finding.ways.map(drawWay)),
    el('dl', {class: 'terms'},
      finding.missing.length ? term('missing', el('ul', {}, finding.missing.map(([fact, of]) => el('li', {}, t(D.wants[fact]), of === '' ? null : [' — ', typeof of === 'number' ? place(of) : t(of)])))) : null,
      finding.calls ? term('observed', seenWhen(finding.calls)) : null,
      term('where', el('code', {}, finding.at), ', ', el('code', {}, rules[finding.rule].at)),
      term('fingerprint', el('code', {}, finding.fingerprint))));
}

function drawWay(way) {
  return el('div', {class: 'way'},
    el('p', {class: 'of'}, w('way', {of: t(D.values[way.of])}), way.broken ? el('small', {}, w('step.broken')) : null),
    el('ol', {}, el('li', {}, place(way.from)), way.steps.map(step => el('li', {class: step.sure ? '' : 'possible'},
      place(step.to), ' ', el('small', {}, t(D.values[step.how])), ' ',
      el('small', {class: 'seen'}, `${number(step.calls)}×, ${span(step)}`), ' ',
      step.trace == null ? null : [el('code', {}, D.traces[step.trace]), ' '], step.flows.map(n => [flowLink(n), ' '])))));
}

function drawRules() {
  const count = id => D.findings.filter(finding => finding.rule === id);
  fill($('judged'), table(w('rules'), ['verdict', 'rule', 'severity', 'on'].map(each => w(each)), D.rules, rule => {
    const found = count(rule.id);
    const made = row([chip(rule.verdict), [el('b', {}, t(rule.title)), el('br'), el('small', {}, rule.id)], w(`severity.${rule.severity}`),
      found.length ? some(found, finding => findingLink(finding.id), 12) : t(rule.on)]);
    made.id = `rule-${rule.id}`;
    return made;
  }));
}

function drawMissing() {
  fill($('wanted'), D.missing.length ? table(w('missing'), ['missing', 'places', 'rules'].map(each => w(each)), D.missing, each => row([
    t(each.what), some(each.places, of => typeof of === 'number' ? place(of) : t(of)), some(each.rules, id => el('a', {href: `#rule-${id}`}, id))])) : el('p', {}, w('none')));
}

const REACHED = ['reached.no', 'reached.maybe', 'reached.yes'];

function drawPlaces() {
  const columns = ['name', 'kind', 'country', 'run-by', 'role', 'retention', 'viewers', 'redaction', 'deletable', 'reached'];
  const list = places.map((_, n) => n);
  fill($('placed'), table(w('places'), columns.map(each => w(each)), list, n => {
    const at = places[n], keeps = at.kind === 'store' || at.kind === 'topic', person = at.kind === 'party' || at.kind === 'caller';
    const made = row([place(n), w(`kind.${at.kind}`),
      at.country ? [t(at.country), ' ', known(at.country_known)] : person ? '–' : w('untold'),
      at.run_by ? [t(at.run_by), ' ', known(at.run_by_known)] : person || at.kind === 'operator' ? '–' : w('untold'),
      at.role ? [t(at.role), ' ', known(at.role_known)] : keeps ? w('untold') : '–',
      ...['retention', 'viewers', 'redaction', 'deletable'].map(name => at[name] == null ? '–' : t(at[name])),
      person ? '–' : w(REACHED[at.reached])]);
    return made;
  }));
}

const way = flow => w(flow.leg ? ['store', 'topic'].includes(places[flow.from].kind) ? 'step.read' : 'step.response' : flow.kept ? 'step.kept' : 'step.request');
const UNSURE = ['order', 'direction', 'conflict'];
const sure = flow => w(flow.doubts.some(each => UNSURE.includes(each)) || flow.sources.some(([, , surely]) => !surely) ? 'step.possible' : 'step.established');
const certainty = flow => [sure(flow), flow.doubts.length ? [' ', el('small', {}, joined(flow.doubts.map(each => fact('doubt', each))))] : null];
const categories = flow => (flow.categories.length ? joined(flow.categories.map(label)) : w('unstated')) + (flow.categories.length && flow.doubts.includes('category') ? ' ?' : '');

function drawFlows() {
  const columns = ['id', 'from', 'to', 'leg', 'category', 'origin', 'certainty', 'calls', 'first', 'last', 'trace', 'on-map', 'findings'];
  const fit = flows.filter(fits);
  fill($('moved'), fit.length ? table(w('flows'), columns.map(each => w(each)), fit, flow => {
    const made = row([flowLink(flow.n, String(flow.n + 1)),
      t(places[flow.from].name), t(places[flow.to].name), way(flow), categories(flow),
      flow.origins.length ? joined(flow.origins.map(label)) : '–', certainty(flow), number(flow.calls), when(flow.first), when(flow.last),
      flow.exemplars.length ? el('code', {}, D.traces[flow.exemplars[0][0]]) : '–',
      D.views[0]?.lineOf.get(flow.n) ?? '–', flow.findings.length ? some(flow.findings, findingLink, 4) : '–']);
    return made;
  }) : el('p', {}, w('nothing')));
}

// --- one thing in the panel ---------------------------------------------------------------------------

let came = null;

function open(title, list, more = []) {
  if ($('detail').hidden) came = document.activeElement;
  $('detail-title').textContent = title;
  fill($('facts-of'), el('dl', {class: 'terms'}, list), more);
  $('detail').hidden = false;
  $('detail-title').focus();
}

function close() {
  $('detail').hidden = true;
  mark(null);
  if (came?.isConnected) came.focus();
}

function mark(view, name) {
  drawn.forEach(each => each.mark.classList.toggle('on', each.view === view && each.name === name));
}

function showFlow(n) {
  const flow = flows[n], view = D.views.find(each => each.id === seen), line = view?.lineOf.get(n);
  open(w('flow', {n: n + 1}), [
    term('from', place(flow.from)), term('to', place(flow.to)), term('leg', way(flow)),
    term('category', categories(flow)), term('origin', flow.origins.length ? joined(flow.origins.map(label)) : '–'),
    term('class', flow.classes.length ? joined(flow.classes.map(each => each === 'unknown' ? w('untold') : fact('class', each))) : '–'),
    term('purpose', flow.purpose ? fact('purpose', flow.purpose) : w('unstated')),
    flow.protection ? term('protection', fact('protection', flow.protection)) : null,
    term('certainty', sure(flow)),
    term('doubts', flow.doubts.length ? joined(flow.doubts.map(each => fact('doubt', each))) : w('doubts.none')),
    term('calls', number(flow.calls)), term('first', when(flow.first)), term('last', when(flow.last)),
    term('sources', el('ul', {}, flow.sources.map(([source, calls, surely]) => el('li', {}, place(source), ` ${number(calls)}× `,
      el('small', {}, w(surely ? 'surely' : 'maybe'), places[source].origins ? `; ${joined(places[source].origins.map(label))}` : '', '; ', t(places[source].labels_known)))),
      flow.more ? el('li', {}, `+ ${number(flow.more)}`) : null)),
    term('exemplars', flow.exemplars.length ? el('ul', {}, flow.exemplars.map(([trace, span]) => el('li', {}, el('code', {}, D.traces[trace]), ' ', el('code', {}, span)))) : w('exemplars.none')),
    line ? term('on-map', line) : null,
    flow.findings.length ? term('in-findings', some(flow.findings, findingLink, 20)) : null,
  ]);
  mark(view, line);
}

function showPlace(n) {
  const at = places[n], untold = w('untold'), keeps = at.kind === 'store' || at.kind === 'topic';
  const person = at.kind === 'party' || at.kind === 'caller';
  const members = flows.filter(flow => flow.from === n || flow.to === n);
  open(t(at.name), [
    term('kind', w(`kind.${at.kind}`)),
    term('identity', el('code', {}, at.id)),
    at.also ? term('also', el('ul', {}, at.also.map(id => el('li', {}, el('code', {}, id))))) : null,
    person && !at.country ? null : term('country', at.country ? [t(at.country), at.region ? `, ${at.region}` : '', ' ', known(at.country_known)] : untold),
    person || at.kind === 'operator' ? null : term('run-by', at.run_by ? [t(at.run_by), ' ', known(at.run_by_known)] : untold),
    keeps ? term('role', at.role ? [t(at.role), ' ', known(at.role_known)] : untold) : null,
    ...['retention', 'viewers', 'redaction', 'deletable'].map(name => at[name] == null ? null : term(name, t(at[name]))),
    person || at.origins ? term('origin', at.origins ? [joined(at.origins.map(label)), ' ', known(at.labels_known)] : untold) : null,
    at.classes ? term('class', joined(at.classes.map(each => each === 'unknown' ? untold : fact('class', each)))) : null,
    at.market ? term('market', label(at.market)) : null,
    person ? null : term('reached', w(REACHED[at.reached])),
    at.at ? term('at', el('code', {}, at.at)) : null,
    term('flows', members.length ? some(members, flow => flowLink(flow.n, String(flow.n + 1)), 30) : '–'),
  ]);
  mark(null);
}

function showMark(clicked) {
  const {view, name} = drawn.find(each => each.mark === clicked);
  if (name in view.lines) showLine(view, name);
  else showBox(view, name);
}

function showBox(view, box) {
  const members = view.boxes[box];
  if (members.length === 1) showPlace(members[0]);
  else open(box, [], [el('ul', {class: 'plain'}, members.map(n => el('li', {}, place(n))))]);
  mark(view, box);
}

function showLine(view, line) {
  const [tip, a, b, members] = view.lines[line];
  open(members.length ? w('line', {line, n: number(members.length), a: t(a), b: t(b)}) : w('line.none', {line}), [],
    [el('p', {}, t(tip)), el('ul', {class: 'plain'}, members.map(n => flows[n]).map(flow => el('li', {},
      flowLink(flow.n), ` ${t(places[flow.from].name)} → ${t(places[flow.to].name)} `,
      el('small', {}, `${way(flow)}; ${categories(flow)}; ${sure(flow)}; ${number(flow.calls)}×`))))]);
  mark(view, line);
}

// --- filters ------------------------------------------------------------------------------------------

const chosen = {origin: '', category: '', vendor: '', market: '', asked: '', find: ''};
const NONE = ' ';
const FILTERS = {
  origin: flow => flow.origins,
  category: flow => flow.categories.length ? flow.categories : [NONE],
  vendor: flow => flow.vendors,
  market: flow => flow.markets,
};

function words(flow) {
  flow.words ??= [flow.from, flow.to, ...flow.sources.map(([source]) => source)]
    .flatMap(n => [places[n].name, places[n].id, places[n].also ?? []]).flat(2).join('\n').toLowerCase();
  return flow.words;
}

const asked = () => chosen.find.toLowerCase();
// A flow lists only the sources with most calls: what is asked may be among the others.
const customers = {find: '', among: false};
function someone() {
  if (customers.find !== asked()) {
    const fit = at => at.kind === 'party' && [at.id, at.name].flat().join('\n').toLowerCase().includes(asked());
    Object.assign(customers, {find: asked(), among: places.some(fit)});
  }
  return customers.among;
}

function fits(flow) {
  return Object.entries(FILTERS).every(([name, of]) => !chosen[name] || of(flow).includes(chosen[name]))
    && (!chosen.asked || flow.asked >> Number(chosen.asked) & 1)
    && (!chosen.find || words(flow).includes(asked()) || (flow.more > 0 && someone()));
}

// A finding without a way has nothing to filter by: it stays.
const fitsFinding = finding => !finding.flows.length || finding.flows.some(n => fits(flows[n]));

function drawFilters() {
  const text = {vendor: told => t(places.find(at => at.vendor === told)?.run_by ?? told)};
  const options = (name, list) => el('label', {}, `${w(name === 'asked' ? 'q.evidence' : name)} `,
    el('select', {id: `filter-${name}`}, el('option', {value: ''}, w('all')), list));
  fill($('filters'),
    Object.entries(FILTERS).map(([name, of]) => {
      const values = [...new Set(flows.flatMap(of))].sort();
      return options(name, values.map(value => el('option', {value, selected: chosen[name] === value},
        value === NONE ? w('unstated') : text[name] ? text[name](value) : label(value))));
    }),
    options('asked', D.questions.map((question, at) => el('option', {value: String(at), selected: chosen.asked === String(at)}, `${at + 1}. ${t(question.question)}`))),
    el('label', {}, `${w('find')} `, el('input', {type: 'search', id: 'filter-find', value: chosen.find})),
    button(w('reset'), reset, ''),
    el('output', {id: 'count', for: 'filters'}));
}

function reset() {
  Object.keys(chosen).forEach(name => { chosen[name] = ''; });
  drawFilters();
  filter();
}

function ask(at) {
  chosen.asked = at;
  drawFilters();
  filter();
  $('flows').scrollIntoView();
  $('moved').querySelector('.scroll')?.focus({preventScroll: true});
}

function filter() {
  drawFindings();
  drawFlows();
  tell();
  drawn.filter(({name, view}) => view.lines[name]?.[3].length).forEach(({mark, name, view}) => (
    mark.classList.toggle('off', !view.lines[name][3].some(n => fits(flows[n])))));
}

function tell() {
  const on = Object.values(chosen).some(Boolean);
  const told = w('shown', {n: number(flows.filter(fits).length), all: number(flows.length), findings: number(D.findings.filter(fitsFinding).length), every: number(D.findings.length)});
  $('count').textContent = told;
  $('filtered').hidden = !on;
  $('filtered').textContent = on ? `${w('filtered')}: ${told}` : '';
}

// --- the picture --------------------------------------------------------------------------------------

let seen = D.views[0]?.id;

function show(view) {
  seen = view.id;
  drawViews();
  $('map').scrollIntoView();
}

function drawViews() {
  fill($('views'),
    D.views.length > 1 ? el('p', {class: 'tools'}, D.views.map(view => button(t(view.title), () => show(view), 'tab', {'aria-pressed': String(view.id === seen)}))) : null,
    el('p', {class: 'tools'}, [['zoom-out', 1 / 1.25], ['zoom-in', 1.25], ['zoom-fit', 0]].map(([name, by]) => [button(w(name), () => zoom(by), ''), ' '])),
    D.left.length ? el('p', {class: 'hint'}, w('map.left', {views: D.left.map(t).join(L ? '；' : '; ')})) : null,
    D.views.filter(view => view.large && view.id === seen).map(view => el('p', {}, w('map.large', {n: number(view.large)}))),
    D.views.filter(view => view.text && view.id === seen).map(view => [el('p', {}, w('map.none')), el('pre', {tabindex: '0', role: 'group', 'aria-label': t(view.title)}, view.text[L].join('\n'))]));
  document.querySelectorAll('.drawn').forEach(each => {
    const view = D.views.find(one => one.id === each.dataset.view);
    each.hidden = view.id !== seen;
    each.setAttribute('aria-label', t(view.title));
    each.setAttribute('role', 'group');
    each.tabIndex = 0;
  });
  const named = new Set();
  drawn.forEach(({mark, name, view}) => {
    const where = mark.closest('.drawn').lang + view.id + name;
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = name in view.lines ? t(view.lines[name][0]) : `${name} ${joined(view.boxes[name].map(n => t(places[n].name)))}`;
    mark.querySelector('title')?.remove();
    mark.prepend(title);
    if (named.has(where)) return;
    named.add(where); // one stop of the keyboard for each line, though it is drawn in parts
    mark.tabIndex = 0;
    mark.setAttribute('role', 'button');
    mark.setAttribute('aria-label', title.textContent);
  });
}

function zoom(by) {
  document.querySelectorAll('.drawn svg').forEach(svg => {
    svg.style.width = by ? `${Math.max((svg.getBoundingClientRect().width || Number(svg.dataset.width)) * by, 300)}px` : '';
  });
}

// --- all of it ----------------------------------------------------------------------------------------

function draw() {
  root.lang = L ? 'zh-CN' : 'en';
  document.title = `${t(D.title)} – ${t(D.outcome.says)}`;
  $('title').textContent = t(D.title);
  $('language').textContent = w('other-language');
  $('language').lang = L ? 'en' : 'zh-CN';
  document.querySelectorAll('[data-word]').forEach(each => { each.textContent = w(each.dataset.word); });
  document.querySelectorAll('[data-label]').forEach(each => each.setAttribute('aria-label', w(each.dataset.label)));
  fill($('contents'), ['verdict', 'questions', 'basis', 'map', 'findings', 'rules', 'missing', 'places', 'flows'].map(each => el('li', {}, el('a', {href: `#${each}`}, w(each)))));
  [drawOutcome, drawQuestions, drawBasis, drawFilters, drawViews, drawRules, drawMissing, drawPlaces].forEach(part => part());
  filter();
}

function go(name) {
  const [, kind, n] = /^(flow|place)-(\d+)$/.exec(name) ?? [];
  if (kind === 'flow' && flows[n - 1]) return showFlow(n - 1);
  if (kind === 'place' && places[n - 1]) return showPlace(n - 1);
  if (D.findings.some(finding => finding.id === name && !fitsFinding(finding))) reset();
  for (let more; !document.getElementById(name) && (more = document.querySelector('#found button.more:not(.link):not([hidden]), #judged button.more:not(.link):not([hidden])'));) more.click();
  const target = document.getElementById(name);
  if (!target) return;
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
  (target.querySelector('summary, a, button') ?? target).focus({preventScroll: true});
}

$('language').addEventListener('click', () => { L = 1 - L; $('detail').hidden = true; mark(null); draw(); });
$('print').addEventListener('click', () => print());
$('close').addEventListener('click', close);
$('filters').addEventListener('submit', event => event.preventDefault());
$('filters').addEventListener('input', event => {
  chosen[event.target.id.replace('filter-', '')] = event.target.value;
  filter();
});
document.addEventListener('click', event => {
  const clicked = event.target.closest('[data-mark]'), link = event.target.closest('a[href^="#"]');
  if (clicked) showMark(clicked);
  // The same address twice is no change of address, and still somebody asked.
  if (link && link.hash === location.hash) go(decodeURIComponent(link.hash.slice(1)));
});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && !$('detail').hidden) close();
  const clicked = event.target.closest?.('[data-mark]');
  if (clicked && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    showMark(clicked);
  }
});
addEventListener('hashchange', () => go(decodeURIComponent(location.hash.slice(1))));
addEventListener('beforeprint', () => {
  // On paper nobody can click: everything is opened, up to some thousand rows a table, and what is left out is counted.
  document.querySelectorAll('details').forEach(each => { each.dataset.was = each.open; each.open = true; });
  document.querySelectorAll('button.more').forEach(each => each.forPaper ? each.forPaper() : each.closest('#moved') || each.click());
});
addEventListener('afterprint', () => document.querySelectorAll('details').forEach(each => { each.open = each.dataset.was === 'true'; }));
draw();
if (location.hash) go(decodeURIComponent(location.hash.slice(1)));
