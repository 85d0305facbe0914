// The details of one release, in a dialog that is drawn when it is opened.

const dialog = document.getElementById('details');
let open = null;
let pushed = false; // the browser's Back closes the details

// link is text that leads to a URL, if there is one that a page may link to.
function link(url, className, text) {
  const to = /^https?:\/\//.test(url) && url;
  return el(to ? 'a' : 'span', { href: to, class: className, rel: to && 'noreferrer' }, bdi(text));
}

const fact = (name, ...value) => value.some(Boolean) && el('div', null, el('dt', null, t(name)), el('dd', null, ...value));

function neighbour(text, r, className) {
  const button = el('button', { type: 'button', class: className, disabled: !r }, text);
  if (r) button.addEventListener('click', () => go(r));
  return button;
}

// pairs returns the images of two releases side by side, without those that are equal.
function pairs(a, b) {
  const byPlace = (r) => new Map(r.images.map((i) => [`${serviceOf(i)}\n${i.container}`, i]));
  const before = byPlace(a), now = byPlace(b);
  return [...new Set([...before.keys(), ...now.keys()])].map((place) => [before.get(place), now.get(place)])
    .filter(([was, is]) => was?.image !== is?.image);
}

function changesOf(r) {
  const chosen = base && byID(base);
  const other = chosen && chosen !== r ? chosen : r.previous && releases[r.index + r.previous];
  const compare = el('button', { type: 'button', class: 'compare' }, base === r.id ? t('Stop comparing') : t('Compare other releases with this one'));
  compare.addEventListener('click', () => {
    base = base === r.id ? '' : r.id;
    go(r);
  });
  if (!other) return compare;
  const version = (i) => el('code', null, bdi(i.image.match(/(?<=[^/]:)[^/@]+|@.+/)?.[0] || i.image));
  const lines = pairs(other, r).map(([before, now]) =>
    el('li', null, el('b', null, bdi(serviceOf(now || before))), ' ',
      !before ? [el('span', { class: 'badge' }, t('new')), ' ', version(now)]
        : !now ? [el('span', { class: 'badge' }, t('not in this release')), ' ', version(before)]
          : [version(before), ' → ', version(now)]));
  return [
    el('h3', null, t('Changes since'), ' ', el('a', { href: address(other) }, bdi(other.name)), other.env && other.env !== r.env && [' ', el('span', { class: 'badge' }, bdi(other.env))]),
    r.rollback && other !== chosen && el('p', { class: 'small' }, t('A rollback: an image was built before the one that it replaced.')),
    lines.length ? el('ul', { class: 'changes' }, lines) : el('p', { class: 'small' }, t('No image changed.')),
    compare,
  ];
}

function commitOf(c) {
  const ref = c.tag || c.branch;
  return el('div', { class: 'commit' },
    el('p', null, c.message ? bdi(c.message) : el('span', { class: 'small' }, t('no message'))),
    el('p', { class: 'small' }, c.commit && link(c.url, 'sha', c.commit.slice(0, 8)), c.pull_requests.map((p) => [' ', link(p.url, 'pr', pullName(p))]),
      c.author && [' ', el('b', null, bdi(c.author))], c.repo && [' · ', bdi(c.repo)], ref && [' @ ', bdi(ref)]));
}

function imageOf(i) {
  const mebibytes = i.size / 2 ** 20;
  const size = mebibytes >= 1024 ? (mebibytes / 1024).toFixed(1) + ' GiB' : mebibytes > 0 && Math.round(mebibytes) + ' MiB';
  const notes = [i.seconds && t('built in {}', took(i.seconds)), i.built, size].filter(Boolean).join(' · ');
  return el('section', { class: 'image' },
    el('h4', null, bdi(serviceOf(i)), i.container && i.container !== i.service && el('span', { class: 'small' }, ' / ', bdi(i.container))),
    el('p', { class: 'ref' }, el('code', null, bdi(i.image))),
    i.digest && !i.image.includes('@') && el('p', { class: 'small' }, el('code', null, bdi(i.digest))),
    notes && el('p', { class: 'small' }, notes),
    i.commits.map(commitOf),
    i.issues?.map((known) => el('p', { class: 'issue' }, link(known.url, 'key', known.key), ' ', bdi(known.title))),
    i.note && el('p', { class: 'small' }, t(i.note)));
}

function panel(r) {
  const at = matches.indexOf(r);
  const order = at < 0 ? releases : matches;
  const here = order.indexOf(r);
  const closing = el('button', { type: 'button', class: 'close' }, t('Close'));
  closing.addEventListener('click', () => dialog.close());
  return el('div', { class: 'panel' },
    el('nav', { 'aria-label': t('Neighbors') }, neighbour('← ' + t('Newer'), order[here - 1], 'newer'), neighbour(t('Older') + ' →', order[here + 1], 'older'), closing),
    el('p', { class: 'eyebrow' }, el('i', { class: 'dot p' + r.color }), bdi(r.project)),
    el('h2', { id: 'details-title', tabindex: -1 }, bdi(r.name), r.status && [' ', el('span', { class: r.failed ? 'badge bad' : 'badge' }, t(r.status))],
      r.rollback && [' ', el('span', { class: 'badge' }, t('rollback'))]),
    r.url && el('p', { class: 'small' }, link(r.url, 'zadig', t('Open in Zadig'))),
    r.description && el('p', { class: 'text' }, bdi(r.description)),
    r.failed && el('p', { class: 'why' }, el('b', null, t('This release failed'), r.failure && t(': ')), r.failure && bdi(r.failure)),
    el('dl', { class: 'facts' },
      fact('Created', r.created_at || t('not known')), fact('By', r.created_by && bdi(r.created_by)), fact('Environment', r.env && bdi(r.env)),
      fact('Workflow', r.workflow_name && bdi(r.workflow_name), r.workflow_name && r.task > 0 && el('span', { class: 'small' }, ' ', link(r.task_url, null, t('task {}', r.task)))),
      fact('Tests', r.tests && (r.tests_failed ? el('span', { class: 'bad-text' }, t('{} of {} failed', r.tests_failed, r.tests)) : t('{}, all passed', r.tests))),
      fact('Labels', ...r.labels.map((name) => el('span', { class: 'tag' }, bdi(name))))),
    changesOf(r),
    el('h3', null, r.images.length ? count(r.images.length, 'image') : t('No images')),
    r.images.map(imageOf),
    r.delivered && [
      el('h3', null, t('Delivered')),
      el('ul', { class: 'others' }, r.delivered.map(({ kind, name, where }) => el('li', null, t(kind), ' ', bdi(name), where && [' · ', bdi(where)]))),
    ]);
}

// go shows the details of a release, or of none. Back leads to the page without details, and never into them again.
function go(r) {
  if (!r && pushed) {
    history.back();
    return;
  }
  history[open ? 'replaceState' : 'pushState'](null, '', location.pathname + location.search + address(r));
  follow();
}

// follow shows what the URL says.
function follow(event) {
  if (isPlace()) return;
  const before = JSON.stringify(filters);
  const wanted = readURL();
  if (JSON.stringify(filters) !== before) {
    showFilters();
    show();
  }
  const was = open;
  open = (wanted && byID(wanted)) || null;
  pushed = Boolean(open) && (pushed || (event !== undefined && !was));
  if (!open) {
    if (dialog.open) dialog.close();
    const place = was && table.querySelector(`[data-index="${was.index}"] a`);
    if (place) {
      place.focus({ preventScroll: true });
      place.scrollIntoView({ block: 'nearest' });
    }
    return;
  }
  dialog.replaceChildren(panel(open));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  document.getElementById('details-title').focus({ preventScroll: true });
}

function start() {
  if (!releases.length) return;
  startList();
  if (!isPlace()) readURL();
  showFilters();
  show();
  follow();
  addEventListener('hashchange', follow);
  dialog.addEventListener('close', () => { if (open && !dialog.open) go(null); }); // the event may be late
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close(); // beside the panel
    const to = event.target.closest('a[href^="#"]');
    if (!to) return;
    event.preventDefault(); // one step of Back closes the details
    go(byID(new URLSearchParams(to.hash.slice(1)).get('r')));
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    dialog.querySelector({ ArrowLeft: '.newer', ArrowRight: '.older' }[event.key] || ":not(*)")?.click();
  });
  // Links of the figures filter the list, which is above them.
  document.querySelector('main').addEventListener('click', (event) => {
    const filter = event.target.closest('a[href^="#"]:not([href^="#r="])');
    if (filter && !table.contains(filter)) document.getElementById('releases').scrollIntoView();
  });
}

start();
