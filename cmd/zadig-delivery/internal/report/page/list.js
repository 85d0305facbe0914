// The list: filters that the URL's fragment holds, and rows that are drawn when they are seen.

const form = document.getElementById('filters');
const table = document.querySelector('.list');
const shown = document.getElementById('shown');
const all = document.getElementById('all');
const names = ['q', 'project', 'env', 'service', 'workflow', 'by', 'label', 'failed', 'from', 'to', 's'];

let filters = {};      // by name; what is not there filters nothing
let matches = releases;
let firstUndated;      // of the matches: they are the last ones
let unfolded = false;  // more than the first rows
let base = '';         // id of the release that others are compared with

const few = 40;        // rows until somebody asks for more
const chunkRows = 50;  // rows that are drawn together

// isPlace reports whether the URL's fragment is an element of the page, which leaves the list as it is.
const isPlace = () => location.hash.length > 1 && document.getElementById(location.hash.slice(1)) !== null;

// readURL takes the filters from the URL, and returns the id of the release whose details are open.
function readURL() {
  const fragment = location.hash.slice(1);
  const pairs = new URLSearchParams(fragment.replace(/^r-/, 'r='));
  filters = {};
  for (const name of names) if (pairs.get(name)) filters[name] = pairs.get(name);
  base = pairs.get('c') || base;
  return pairs.get('r');
}

// address is a link with these filters, and a release's details.
function address(release) {
  const pairs = new URLSearchParams(filters);
  if (base) pairs.set('c', base);
  if (release) pairs.set('r', release.id);
  return '#' + pairs;
}

// wordsOf returns what the search looks for. "PR 736", "!736" and "#736" are one.
const wordsOf = (text) => text.toLowerCase()
  .replace(/(?<![^\s])(?:pr|mr)?\s*[#!]?(\d+)(?!\S)/g, (all, n) => (/\D/.test(all.trim()) ? ` pr:${n};` : all))
  .split(/\s+/).filter(Boolean);

// What a column is sorted by; text is in the order of the page's language.
const sortKeys = {
  created: (r) => r.created_at, version: (r) => r.name, by: (r) => r.created_by, env: (r) => `${r.project}/${r.env}`,
  services: (r) => r.services.length, took: (r) => r.seconds,
};

// sorted returns releases in the order of the filter s, such as "by" or "-took"; without it the newest come first.
function sorted(some) {
  const by = filters.s || '-created';
  const sign = by.startsWith('-') ? -1 : 1, key = sortKeys[by.replace('-', '')];
  if (!key || by === '-created') return some;
  const values = new Map(some.map((r) => [r, key(r)]));
  const order = (a, b) => (typeof a === 'string' ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
  return [...some].sort((a, b) => sign * order(values.get(a), values.get(b)));
}

function matching() {
  const words = wordsOf(filters.q || '');
  const { project, env, service, workflow, by, label, failed, from, to } = filters;
  return sorted(releases.filter((r) =>
    (!project || r.project === project) && (!env || r.env === env) && (!by || r.created_by === by) &&
    (!service || r.services.includes(service)) && (!workflow || r.workflow_name === workflow) &&
    (!label || r.labels.includes(label)) && (!failed || r.failed) &&
    (!from || r.created_at >= from) && (!to || (r.created_at && r.created_at.slice(0, 10) <= to)) &&
    words.every((word) => textOf(r).includes(word))));
}

function row(r) {
  const badge = r.failed ? el('span', { class: 'badge bad' }, t('failed'))
    : r.status && r.status !== 'success' ? el('span', { class: 'badge' }, t(r.status)) : null;
  const back = r.rollback && el('span', { class: 'badge' }, t('rollback'));
  const [date, clock] = r.created_at.split(' ');
  const services = r.services, most = 3;
  return el('tr', { class: r.failed ? 'row failed-row' : 'row', role: 'row', 'data-index': r.index },
    el('td', { role: 'cell', class: 'c-version' },
      el('a', { href: address(r) }, bdi(r.name)), badge && [' ', badge], back && [' ', back], r.description && el('span', { class: 'desc' }, ' ', bdi(r.description))),
    el('td', { role: 'cell', class: 'c-created' }, date || '–', clock && el('span', { class: 'small' }, ' ' + clock)),
    el('td', { role: 'cell', class: 'c-by' }, bdi(r.created_by || '–')),
    el('td', { role: 'cell', class: 'c-from' }, data.projects.length > 1 && [el('i', { class: 'dot p' + r.color }), bdi(r.project), r.env && ' / '], bdi(r.env)),
    el('td', { role: 'cell', class: 'c-services' }, services.slice(0, most).map((name) => el('span', { class: 'tag' }, bdi(name))),
      services.length > most && el('span', { class: 'small' }, '+' + (services.length - most))),
    el('td', { role: 'cell', class: 'c-took n' }, r.seconds ? took(r.seconds) : el('span', { class: 'small' }, '–')));
}

const undatedRow = () => el('tr', { class: 'group', role: 'row' }, el('th', { colspan: 6, role: 'rowheader', scope: 'rowgroup' }, t('Without a date')));

// A chunk is rows that are in the page while they are in or near the window. Rows are equally high, so that the
// space of the others is known.
const watch = new IntersectionObserver((entries) => {
  for (const entry of entries) (entry.isIntersecting ? draw : clear)(entry.target);
}, { rootMargin: '600px 0px' });

function chunk(some) {
  const body = el('tbody', { role: 'rowgroup' });
  body.chunk = some;
  clear(body);
  watch.observe(body);
  return body;
}

function draw(body) {
  if (body.drawn) return;
  const rows = body.chunk.map(row);
  const undated = body.chunk.indexOf(firstUndated);
  if (undated >= 0) rows.splice(undated, 0, undatedRow());
  body.replaceChildren(...rows);
  body.drawn = true;
}

function clear(body) {
  if (body.contains(document.activeElement)) return; // the keyboard would be lost
  body.replaceChildren(el('tr', { class: 'space', role: 'presentation' }, el('td', { colspan: 6, role: 'presentation' })));
  body.firstChild.style.height = `calc(${body.chunk.length + body.chunk.includes(firstUndated)} * var(--row))`;
  body.drawn = false;
}

// show draws the list anew.
function show() {
  matches = matching();
  firstUndated = filters.s ? undefined : matches.find((r) => !r.created_at);
  const listed = unfolded ? matches : matches.slice(0, few);
  watch.disconnect();
  const bodies = [];
  for (let i = 0; i < listed.length; i += chunkRows) bodies.push(chunk(listed.slice(i, i + chunkRows)));
  for (const old of table.querySelectorAll('tbody')) old.remove();
  table.append(...bodies);
  if (bodies.length) {
    draw(bodies[0]); // at once, and for good
    watch.unobserve(bodies[0]);
  }
  table.setAttribute('aria-rowcount', matches.length + 1);
  table.hidden = !matches.length;
  document.querySelector('.none').hidden = matches.length > 0;
  shown.textContent = t('{} of {}', thousands(listed.length), thousands(releases.length));
  all.hidden = matches.length <= few;
  all.textContent = unfolded ? t('Show the newest {}', few) : t('Show all {}', thousands(matches.length));
}

// Chips show and change the filters.
function options(select, values) {
  const sorted = [...new Set(values)].filter(Boolean).sort((a, b) => a.localeCompare(b));
  select.append(new Option(t('all'), ''), ...sorted.map((value) => new Option(value)));
  select.closest('.chip').hidden = sorted.length === 0;
}

function showFilters() {
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = filters[field.name] || '';
    if (field.type === 'checkbox') field.checked = Boolean(value);
    else field.value = value;
    field.closest('.chip').classList.toggle('on', Boolean(value));
  }
  for (const head of table.querySelectorAll('[data-sort]')) {
    const now = filters.s || '-created';
    const on = now.replace('-', '') === head.dataset.sort;
    head.parentElement.setAttribute('aria-sort', !on ? 'none' : now.startsWith('-') ? 'descending' : 'ascending');
  }
  form.querySelector('[type=reset]').hidden = Object.keys(filters).length === 0;
}

function filterBy(changed) {
  filters = Object.fromEntries(Object.entries({ ...filters, ...changed }).filter(([, value]) => value));
  history.replaceState(null, '', location.pathname + location.search + address());
  showFilters();
  show();
}

function startList() {
  const { project, env, service, workflow, by, label, failed } = form.elements;
  if (project) options(project, releases.map((r) => r.project));
  options(env, releases.map((r) => r.env));
  options(service, releases.flatMap((r) => r.services));
  options(workflow, releases.map((r) => r.workflow_name));
  options(by, releases.map((r) => r.created_by));
  options(label, releases.flatMap((r) => r.labels));
  failed.closest('.chip').hidden = !releases.some((r) => r.failed);

  const value = (field) => (field.type === 'checkbox' ? field.checked && '1' : field.value);
  let typing;
  form.addEventListener('input', ({ target }) => {
    clearTimeout(typing);
    typing = setTimeout(() => filterBy({ [target.name]: value(target) }), target.name === 'q' ? 120 : 0);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    filters = {};
    filterBy({});
    form.elements.q.focus();
  });
  for (const button of table.querySelectorAll('[data-sort]')) {
    button.addEventListener('click', () => {
      const name = button.dataset.sort, now = filters.s || '-created';
      const first = ['created', 'services', 'took'].includes(name) ? '-' + name : name;
      const next = now !== first ? first : first.startsWith('-') ? name : '-' + name;
      filterBy({ s: next === '-created' ? '' : next });
    });
  }
  all.addEventListener('click', () => { unfolded = !unfolded; show(); });
  form.hidden = false;

  // Paper shows all rows, and what is folded.
  let before, folded;
  addEventListener('beforeprint', () => {
    before = unfolded;
    unfolded = true;
    show();
    watch.disconnect();
    table.querySelectorAll('tbody').forEach(draw);
    folded = document.querySelectorAll('main details:not([open])');
    for (const one of folded) one.open = true;
  });
  addEventListener('afterprint', () => {
    unfolded = before;
    show();
    for (const one of folded) one.open = false;
  });
}
