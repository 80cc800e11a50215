// Says what is being typed in the other units, as the server would. Everything works without it.
(function () {
  var echo = document.getElementById('weight-echo'), weight = document.getElementById('weight'), unit = document.getElementById('unit');
  if (!echo || !weight || !unit || !echo.hasAttribute('data-echo')) return;
  function plain(text) {
    return text.replace(/[\uff01-\uff5e]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); }).replace(/[,\s]/g, '');
  }
  function show(grams, base) {
    var parts = (Math.round(grams / base * 1e6) / 1e6).toString().split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ',');
    return parts.join('.');
  }
  function say() {
    var typed = plain(weight.value), base = Number(unit.options[unit.selectedIndex].getAttribute('data-base'));
    var grams = /^\d{1,9}(\.\d{1,6})?$/.test(typed) ? Number(typed) * base : 0;
    echo.textContent = grams > 0 ? show(grams, 1000) + ' kg = ' + show(grams, 500) + ' ' + echo.getAttribute('data-echo') + ' = ' + show(grams, 1e6) + ' t' : '';
  }
  weight.addEventListener('input', say);
  unit.addEventListener('change', say);
})();
