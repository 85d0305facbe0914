'use strict';
// The data that report embeds (see data.go there), and texts of the page's language.

const packed = Uint8Array.from(atob(document.getElementById('data').textContent), (c) => c.charCodeAt(0));
const data = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).json();

// t translates an English text and fills in its {}.
function t(english, ...args) {
  let text = data.lang?.[english] ?? english;
  for (const arg of args) text = text.replace('{}', () => arg);
  return text;
}

const thousands = (n) => n.toLocaleString('en');

// count is a number of things, such as "2 releases".
const count = (n, what) => (data.lang ? t('{} ' + what, thousands(n)) : `${thousands(n)} ${what}${n === 1 ? '' : 's'}`);

// took writes seconds with their two largest units.
function took(seconds) {
  const parts = [];
  for (const [unit, length] of [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]]) {
    const n = Math.floor(seconds / length);
    seconds -= n * length;
    if (n) parts.push(n + t(unit));
    else if (parts.length) break;
  }
  return parts.slice(0, 2).join(' ');
}

const pullName = (p) => (p.url.includes('/merge_requests/') ? '!' : '#') + p.number;
const serviceOf = (i) => i.service || i.image.replace(/@.*/, '').split('/').at(-1).replace(/:.*/, '');

const releases = data.releases.map((r, index) => {
  const images = r.images.map((at) => data.images[at]);
  return Object.assign(r, {
    index, images, name: r.version || r.id, failed: r.status === 'failed', color: Math.min(data.projects.indexOf(r.project), 7),
    services: [...new Set(images.map(serviceOf))],
    seconds: Math.max(0, ...images.map((i) => i.seconds || 0)), // builds run side by side
  });
});
const byID = (wanted) => releases.find((r) => r.id === wanted);

// textOf returns all of a release that the search looks at.
function textOf(r) {
  r.text ??= [
    r.version, r.project, r.created_by, r.workflow_name, r.env, r.status, r.description, r.failure, ...r.labels,
    ...r.images.flatMap((i) => [
      i.service, i.image, i.digest,
      ...i.commits.flatMap((c) => [c.commit, c.message, c.author, c.branch, c.tag, ...c.pull_requests.map(pullName)]),
      ...(i.issues || []).flatMap((known) => [known.key, known.title]),
    ]),
  ].join('\n').toLowerCase().replace(/[#!](\d+)/g, '$& pr:$1;'); // as the search looks for it
  return r.text;
}

// el makes an element. Texts become text, never markup.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) element.setAttribute(name, '');
    else if (value || value === 0) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// bdi keeps a text that runs from right to left from turning what is around it.
const bdi = (text) => el('bdi', null, text);
