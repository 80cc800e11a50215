// Keeps what is typed on the server while it is typed, files aside. Everything works without it: there is a button.
(function () {
  var form = document.querySelector('form[data-keep]'), said = document.getElementById('kept'), timer;
  if (!form || !window.fetch || !window.FormData || !window.URLSearchParams) return;
  function keep() {
    var fields = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === 'string' && name !== 'idempotency_key') fields.append(name, value);
    });
    fetch(form.getAttribute('data-keep'), { method: 'POST', body: fields, credentials: 'same-origin', redirect: 'manual' }).then(function (answer) {
      if (answer.type === 'opaqueredirect' || answer.ok) said.textContent = said.getAttribute('data-kept');
    }, function () { said.textContent = ''; });
  }
  form.addEventListener('input', function () {
    said.textContent = '';
    clearTimeout(timer);
    timer = setTimeout(keep, 800);
  });
  form.addEventListener('submit', function () { clearTimeout(timer); });
})();
