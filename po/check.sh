#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Are all texts listed, and translated into every language of LINGUAS? check.sh [--update] first brings the lists and the
# translations' message lists up to date.
cd "$(dirname "$0")" || exit 1
export LC_ALL=C.UTF-8 PYTHONIOENCODING=utf-8
for tool in xgettext msgmerge msgfmt python3; do
  command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0
result () { count=$((count + 1)); [ "$1" = 0 ] && echo "ok $count - $2" || { failed=1; echo "not ok $count - $2"; }; }

python3 models.py ../models/catalogue.json > "$work/models.h" || exit 1
[ "${1:-}" = --update ] && cp "$work/models.h" models.h
bash potfiles.sh > "$work/POTFILES.in"
[ "${1:-}" = --update ] && cp "$work/POTFILES.in" POTFILES.in
cmp "$work/models.h" models.h; result $? 'models.h has the texts of the catalogue'
diff "$work/POTFILES.in" POTFILES.in; result $? 'POTFILES.in lists every source with texts'

# as meson's preset "glib" does
grep -v '^#' POTFILES.in | (cd .. && xgettext -f - -o "$work/acuity.pot" --from-code=UTF-8 --add-comments \
  --package-name=acuity --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dcgettext:2 \
  --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3 --keyword=ngettext:1,2 --flag=N_:1:pass-c-format --flag=_:1:pass-c-format \
  --flag=g_strdup_printf:1:c-format --flag=g_set_error:4:c-format) 2>"$work/warnings"
cat "$work/warnings"; [ ! -s "$work/warnings" ]; result $? 'the texts can be extracted without a warning'
# A sign behind a number, as in "100 %", or doubled is a percentage.
! msgcat --no-wrap "$work/acuity.pot" | grep -nE '^((msgid|msgid_plural) )?"(.*[^%0-9 ]|.*[^0-9] )?(%%)*%"$'; result $? 'no text is cut off by a macro such as G_GUINT64_FORMAT'
while read -r language; do
  if [ "${1:-}" = --update ]; then
    msgmerge -q --no-fuzzy-matching --no-location --sort-output -o "$work/new.po" "$language.po" "$work/acuity.pot"
    msgattrib --no-obsolete --no-location -o "$language.po" "$work/new.po"
  fi
  msgfmt --check -o /dev/null "$language.po"; result $? "$language.po is sound"
  msgmerge -q --no-fuzzy-matching --no-location -o "$work/merged.po" "$language.po" "$work/acuity.pot"
  left=$(msgattrib --no-obsolete --untranslated "$work/merged.po" | grep -c '^msgid')
  fuzzy=$(msgattrib --no-obsolete --only-fuzzy "$work/merged.po" | grep -c '^msgid')
  echo "# $language: $left untranslated, $fuzzy fuzzy"
  [ "$left" = 0 ] && [ "$fuzzy" = 0 ]; result $? "$language.po is complete"
done < <(grep -v '^#' LINGUAS)
echo "1..$count"
exit $failed
