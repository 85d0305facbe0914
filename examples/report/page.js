'use strict';
// Without this script the page works, too: links open and close the details.
// It adds the search, folds long lists, and keeps the keyboard where it belongs.
(() => {
  const page = document.getElementById('page');
  const rows = [...document.querySelectorAll('.list .row')];
  const bodies = [...document.querySelectorAll('.list tbody')];
  if (!rows.length) return;
  const find = document.getElementById('find');
  const shown = document.getElementById('shown');
  const more = document.getElementById('more');
  const none = document.querySelector('.none');

  // Lists: the newest weeks until there are enough rows, then a button.
  const enough = 40;
  let folded = rows.length > enough + 20;

  function list() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let seen = 0, hits = 0;
    for (const body of bodies) {
      const fold = folded && !words.length && seen >= enough;
      let open = 0;
      for (const row of body.querySelectorAll('.row')) {
        const hit = words.every((w) => row.dataset.find.includes(w));
        row.hidden = !hit;
        if (hit) open++;
      }
      hits += open;
      body.hidden = fold || open === 0;
      if (!body.hidden) seen += open;
    }
    more.hidden = !folded || words.length > 0;
    none.hidden = hits > 0;
    shown.textContent = `${words.length ? hits : seen} of ${rows.length}`;
  }

  let typing;
  find.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(list, 80); });
  find.form.addEventListener('submit', (e) => e.preventDefault());
  find.form.hidden = false;
  more.addEventListener('click', () => {
    const next = bodies.find((b) => b.hidden);
    folded = false;
    list();
    next?.querySelector('a').focus();
  });
  for (const link of document.querySelectorAll('a[data-find]')) {
    link.addEventListener('click', () => { find.value = link.dataset.find; list(); });
  }

  // Details: what is behind them is out of reach while they are open.
  let last = null, y = 0;
  function follow() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.matches('.release') ? target : null;
    if (details) {
      if (!last) y = scrollY;
      page.inert = true;
      details.setAttribute('role', 'dialog');
      details.setAttribute('aria-modal', 'true');
      details.querySelector('h2').focus({ preventScroll: true });
    } else {
      page.inert = false;
      if (last) {
        const row = document.getElementById('row-' + last.id.slice(2));
        if (row.closest('[hidden]')) reveal();
        row.querySelector('a').focus({ preventScroll: true });
        scrollTo({ top: y, behavior: 'instant' });
        const box = row.getBoundingClientRect();
        if (box.top < 0 || box.bottom > innerHeight) row.scrollIntoView({ block: 'center', behavior: 'instant' });
      } else if (target && target.closest('.list [hidden]')) {
        reveal();
        target.scrollIntoView({ behavior: 'instant' });
      }
    }
    last = details;
  }
  function reveal() {
    folded = false;
    find.value = '';
    list();
  }
  addEventListener('hashchange', follow);
  addEventListener('keydown', (e) => {
    if (!last || e.altKey || e.ctrlKey || e.metaKey) return;
    const link = { Escape: '.close', ArrowLeft: '.newer', ArrowRight: '.older' }[e.key];
    if (link) last.querySelector(link)?.click();
  });

  list();
  follow();
})();
