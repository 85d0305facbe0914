'use strict';
// The data that report embeds (see data.go there), and texts of the page's language.

const data = JSON.parse(document.getElementById('data').textContent);
const S = data.strings;

// t translates an English text and fills in its {}.
function t(english, ...args) {
  let text = data.lang && Object.hasOwn(data.lang, english) ? data.lang[english] : english;
  for (const arg of args) text = text.replace('{}', () => arg);
  return text;
}

const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

// count is a number of things, such as "2 releases".
function count(n, what) {
  return data.lang ? t('{} ' + what, thousands(n)) : `${thousands(n)} ${what}${n === 1 ? '' : 's'}`;
}

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

// time is a time of the page's zone as text, from the minutes before the newest release, and '' for none.
function time(before) {
  if (!before) return '';
  const minutes = data.newest - (before > 0 ? before - 1 : before);
  return new Date(minutes * 60000).toISOString().slice(0, 16).replace('T', ' ');
}

// id unpacks an id of hex digits.
function id(packed) {
  if (!packed) return '';
  if (packed.startsWith('~')) return packed.slice(1);
  const bytes = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

const list = (value) => value || [];

function triples(flat) {
  const rows = [];
  for (let i = 0; i < list(flat).length; i += 3) rows.push(flat.slice(i, i + 3).map((at) => S[at]));
  return rows;
}

function commit([packed, message = 0, source = 0, author = 0, pulls]) {
  const [repo = 0, ref = 0, url = 0, pull = 0] = data.sources[source];
  const sha = id(packed);
  return {
    sha, message: S[message], author: S[author], repo: S[repo], ref: S[ref], url: url ? S[url] + sha : '',
    pulls: list(pulls).map((number) => ({
      name: (S[pull].includes('/merge_requests/') ? '!' : '#') + number, url: pull ? S[pull] + number : '',
    })),
  };
}

// Tags are written as how much of the one before they begin with, and the rest.
let tag = '';
const tags = data.images.map(([, coded]) => (tag = tag.slice(0, parseInt(coded[0], 36)) + coded.slice(1)));

// image is one of data.images in full.
function image(at) {
  const [place, , seconds = 0, commits, digest, mebibytes = 0, built = 0, issues, origin = 0] = data.images[at];
  const version = !tags[at] || tags[at].startsWith('@') ? tags[at] : ':' + tags[at];
  const [service = 0, container = 0, repository = 0] = data.places[place || 0];
  return {
    service: S[service], container: S[container], repository: S[repository], version, ref: S[repository] + version,
    seconds, digest: id(digest), mebibytes, built: time(built), origin,
    commits: list(commits).map(commit),
    issues: triples(issues).map(([key, url, summary]) => ({ key, url: url && url + key, summary })),
  };
}

const colors = new Map(data.projects.map((at, i) => [at, Math.min(i, 7)]));

// The list needs little of a release; its images are unpacked when somebody looks.
class Release {
  constructor(row, index, created, images) {
    this.index = index;
    this.created = created;
    this.images = images;
    this.packed = row[0];
    this.version = row[1] || '';
    this.project = S[row[2] || 0];
    this.color = colors.get(row[2] || 0);
    this.by = S[row[3] || 0];
    this.env = S[row[5] || 0];
    this.changes = row[7] || [];
    this.workflow = S[row[8] || 0];
    this.task = row[9] || 0;
    this.labels = list(row[10]).map((at) => S[at]);
    this.desc = S[row[11] || 0];
    this.status = S[row[12] || 0];
    this.failed = this.status === 'failed';
    this.why = S[row[13] || 0];
    this.others = row[14];
    this.tests = row[15] || 0;
    this.testsFailed = row[16] || 0;
    this.rollback = row[17] === 1;
    this.workflowKey = S[row[18] || 0] || this.workflow;
  }

  get id() { return id(this.packed); }
  // url and taskURL are addresses of Zadig's pages.
  get url() { return data.zadig && `${data.zadig}/v1/projects/detail/${encodeURIComponent(this.project)}/version/detail/${this.id}`; }
  get taskURL() {
    return data.zadig && this.task && this.workflowKey &&
      `${data.zadig}/v1/projects/detail/${encodeURIComponent(this.project)}/pipelines/custom/${encodeURIComponent(this.workflowKey)}/${this.task}`;
  }

  get name() { return this.version || this.id; }

  // services are the names of what it delivers, each once.
  get services() {
    return [...new Set(this.images.map((at) => {
      const [service = 0, , repository = 0] = data.places[data.images[at][0] || 0];
      return S[service] || S[repository].split('/').at(-1);
    }))];
  }

  // seconds that the longest build took: they run side by side.
  get seconds() { return Math.max(0, ...this.images.map((at) => data.images[at][2] || 0)); }

  // text is all that the search looks at.
  get text() {
    this.found ??= [
      this.version, this.project, this.by, this.workflow, this.env, this.status, this.desc, this.why, ...this.labels,
      ...this.images.map(image).flatMap((i) => [
        i.service, i.ref, i.digest,
        ...i.commits.flatMap((c) => [c.sha, c.message, c.author, c.ref, ...c.pulls.map((p) => p.name)]),
        ...i.issues.flatMap((known) => [known.key, known.summary]),
      ]),
    ].join('\n').toLowerCase().replace(/[#!](\d+)/g, '$& pr:$1;'); // as the search looks for it
    return this.found;
  }
}

let nextImage = 0;
let created = 0;
const releases = data.releases.map((row, index) => {
  // An image that is new in a release is 0, an older one how far it is back.
  const images = list(row[6]).map((back) => (back ? nextImage - back : nextImage++));
  created += row[4] || 0;
  return new Release(row, index, created, images);
});
const byID = (wanted) => releases.find((r) => r.id === wanted);

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
