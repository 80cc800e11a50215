// A picture pasted anywhere on the page goes into the file field, beside what is there. The field alone works as well.
(function () {
  var field = document.querySelector('input[type=file]');
  if (!field || !window.DataTransfer) return;
  document.addEventListener('paste', function (e) {
    var all = new DataTransfer(), n = 0, i, f, from = (e.clipboardData || {}).files || [];
    for (i = 0; i < field.files.length; i++) all.items.add(field.files[i]);
    for (i = 0; i < from.length; i++) {
      f = from[i];
      if (/^image\//.test(f.type)) { all.items.add(new File([f], 'paste-' + (field.files.length + ++n) + '.' + f.type.slice(6), { type: f.type })); }
    }
    if (n) { field.files = all.files; field.focus(); e.preventDefault(); }
  });
})();
