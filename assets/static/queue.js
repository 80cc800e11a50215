// The audit queue by keyboard: J K up and down, A cleared, R pending, E evidence, S skip, O open its page, U undo. All of it is on the page too.
(function () {
  var form = document.getElementById('queue');
  if (!form) return;
  var rows = [].slice.call(form.querySelectorAll('tbody tr')), now = -1;
  var keys = { j: 1, s: 1, k: -1 };
  function pick(to) {
    if (!rows.length) return;
    if (rows[now]) rows[now].removeAttribute('aria-selected');
    now = Math.max(0, Math.min(rows.length - 1, to));
    rows[now].setAttribute('aria-selected', 'true');
    var link = rows[now].querySelector('a');
    link.focus({ preventScroll: true });
    rows[now].scrollIntoView({ block: 'nearest' });
  }
  function boxes(row) { return [].slice.call((row || form).querySelectorAll('input[type=checkbox]')); }
  function decide(verdict) {
    if (!rows[now]) return;
    var ticked = boxes().filter(function (b) { return b.checked; });
    if (!ticked.length) boxes(rows[now]).forEach(function (b) { b.checked = true; });
    form.querySelector('[name=at]').value = now;
    var button = form.querySelector('button[value=' + verdict + ']');
    if (button) button.click();
  }
  function follow(what) {
    var link = rows[now] && rows[now].querySelector('a[data-k=' + what + ']');
    if (link) link.click();
  }
  document.addEventListener('keydown', function (e) {
    var on = e.target, key = e.key.toLowerCase();
    if (e.ctrlKey || e.metaKey || e.altKey || /SELECT|TEXTAREA/.test(on.tagName) || (on.tagName === 'INPUT' && on.type !== 'checkbox')) return;
    if (key in keys) {
      if (key === 's' && now === rows.length - 1) { var next = document.getElementById('next'); if (next) next.click(); return; }
      pick(now + keys[key]);
    } else if (key === 'a') decide('cleared');
    else if (key === 'r') decide('pending');
    else if (key === 'e' || key === 'o') follow(key);
    else if (key === 'u') { var undo = document.querySelector('#undo button'); if (undo) undo.click(); }
    else return;
    e.preventDefault();
  });
  var at = /[?&]at=(\d+)/.exec(location.search);
  pick(at ? Number(at[1]) : 0);
})();
