/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "words.h"

struct AcuWords
{
  const AcuVocabulary *vocabulary;
  char **words, **beginnings, **middles, **endings, **titles;
};

AcuWords *
acu_words_new (const AcuVocabulary *vocabulary)
{
  AcuWords *words = g_new0 (AcuWords, 1);

  words->vocabulary = vocabulary;
  words->words = g_strsplit (vocabulary->words, " ", -1);
  words->beginnings = g_strsplit (vocabulary->beginnings, " ", -1);
  words->middles = g_strsplit (vocabulary->middles, " ", -1);
  words->endings = g_strsplit (vocabulary->endings, " ", -1);
  words->titles = g_strsplit (vocabulary->titles, "|", -1);
  return words;
}

void
acu_words_free (AcuWords *words)
{
  if (!words)
    return;
  g_strfreev (words->words);
  g_strfreev (words->beginnings);
  g_strfreev (words->middles);
  g_strfreev (words->endings);
  g_strfreev (words->titles);
  g_free (words);
}

static const char *
any (char **list, AcuChance *chance)
{
  return list[acu_chance_below (chance, g_strv_length (list))];
}

static char *
with_capital (const char *word)
{
  g_autofree char *first = g_utf8_substring (word, 0, 1);
  g_autofree char *capital = g_utf8_strup (first, -1);

  return g_strconcat (capital, g_utf8_next_char (word), NULL);
}

char *
acu_words_one (const AcuWords *words, AcuChance *chance)
{
  GString *word;
  int syllables = acu_chance_whole (chance, 1, 3);

  if (acu_chance_percent (chance, 58))
    return g_strdup (any (words->words, chance));
  word = g_string_new (acu_chance_percent (chance, 80) ? any (words->beginnings, chance) : NULL);
  for (int i = 0; i < syllables; i++)
    {
      g_string_append (word, any (words->middles, chance));
      if (i + 1 < syllables)
        g_string_append (word, any (words->beginnings, chance));
    }
  if (acu_chance_percent (chance, 85))
    g_string_append (word, any (words->endings, chance));
  return g_string_free (word, FALSE);
}

char *
acu_words_phrase (const AcuWords *words, AcuChance *chance, int count)
{
  GString *phrase = g_string_new (NULL);

  for (int i = 0; i < count; i++)
    {
      g_autofree char *word = acu_words_one (words, chance), *capital = with_capital (word);

      g_string_append_printf (phrase, "%s%s", i > 0 ? " " : "", i == 0 || acu_chance_percent (chance, 15) ? capital : word);
    }
  return g_string_free (phrase, FALSE);
}

/* What stands among words now and then. */
static char *
odd_one (const AcuWords *words, AcuChance *chance)
{
  g_autofree char *word = acu_words_one (words, chance);

  switch (acu_chance_below (chance, 8))
    {
    case 0: return acu_words_number (chance);
    case 1: return acu_words_date (chance);
    case 2: return acu_words_price (words, chance);
    case 3: return g_strdup_printf ("(%s)", word);
    case 4: return g_strdup_printf (words->vocabulary == &acu_vocabularies[1] ? "„%s“" : "“%s”", word);
    case 5: return g_utf8_strup (word, -1);
    case 6: return acu_words_link (words, chance);
    default: return with_capital (word);
    }
}

char *
acu_words_sentences (const AcuWords *words, AcuChance *chance, int count)
{
  static const char *const ends[] = { ".", ".", ".", ".", ".", "!", "?", ":", " –", "…" };
  GString *text = g_string_new (NULL);
  int left = 0;

  for (int i = 0; i < count; i++)
    {
      g_autofree char *word = acu_chance_percent (chance, 9) ? odd_one (words, chance) : acu_words_one (words, chance);
      g_autofree char *capital = with_capital (word);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", left == 0 ? capital : word);
      if (left == 0)
        left = acu_chance_whole (chance, 4, 14);
      if (--left == 0 || i == count - 1)
        g_string_append (text, i == count - 1 ? "." : ends[acu_chance_below (chance, G_N_ELEMENTS (ends))]);
      else if (acu_chance_percent (chance, 9))
        g_string_append (text, acu_chance_percent (chance, 85) ? "," : ";");
    }
  return g_string_free (text, FALSE);
}

char *
acu_words_title (const AcuWords *words, AcuChance *chance)
{
  return g_strdup (any (words->titles, chance));
}

char *
acu_words_name (const AcuWords *words, AcuChance *chance)
{
  g_autofree char *first = acu_words_one (words, chance), *last = acu_words_one (words, chance);
  g_autofree char *first_capital = with_capital (first), *last_capital = with_capital (last);

  if (acu_chance_percent (chance, 25))
    {
      g_autofree char *letter = g_utf8_substring (first_capital, 0, 1);

      return g_strdup_printf ("%s. %s", letter, last_capital);
    }
  return g_strdup_printf ("%s %s", first_capital, last_capital);
}

/* Most prices are small and end in nines. */
char *
acu_words_price (const AcuWords *words, AcuChance *chance)
{
  static const guint cents[] = { 0, 99, 99, 95, 49, 50, 90, 79 };
  guint whole = acu_chance_below (chance, acu_chance_percent (chance, 70) ? 30 : 900);
  guint hundredth = acu_chance_percent (chance, 60) ? cents[acu_chance_below (chance, G_N_ELEMENTS (cents))] : acu_chance_below (chance, 100);

  return g_strdup_printf ("%s%u%s%02u%s", words->vocabulary->price[0], whole, words->vocabulary->price[1], hundredth, words->vocabulary->price[2]);
}

char *
acu_words_number (AcuChance *chance)
{
  guint n = acu_chance_below (chance, 100000);

  switch (acu_chance_below (chance, 9))
    {
    case 0: return g_strdup_printf ("%u", n % 100);
    case 1: return g_strdup_printf ("%u,%03u", n / 1000, n % 1000);
    case 2: return g_strdup_printf ("%u.%u %%", n % 100, n / 10000);
    case 3: return g_strdup_printf ("%u.%03u", n % 10, n / 100);
    case 4: return g_strdup_printf ("+49 %u %05u", 100 + n % 800, n);
    case 5: return g_strdup_printf ("%s%u.%02u", n % 2 ? "-" : "", n % 1000, n / 1000);
    case 6: return g_strdup_printf ("%u × %u", 1 + n % 90, 1 + n / 1000);
    case 7: return g_strdup_printf ("#%05u", n);
    default: return g_strdup_printf ("%u", n);
    }
}

char *
acu_words_date (AcuChance *chance)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec" };
  guint day = 1 + acu_chance_below (chance, 28), month = acu_chance_below (chance, 12), year = 1950 + acu_chance_below (chance, 90);

  switch (acu_chance_below (chance, 5))
    {
    case 0: return g_strdup_printf ("%02u.%02u.%u", day, month + 1, year);
    case 1: return g_strdup_printf ("%u-%02u-%02u", year, month + 1, day);
    case 2: return g_strdup_printf ("%u %s %u", day, months[month], year);
    case 3: return g_strdup_printf ("%u/%u/%02u", month + 1, day, year % 100);
    default: return g_strdup_printf ("%02u:%02u", year % 24, (day * 7 + month) % 60);
    }
}

char *
acu_words_link (const AcuWords *words, AcuChance *chance)
{
  static const char *const domains[] = { "com", "org", "net", "de", "fr", "eu" };
  g_autofree char *first = acu_words_one (words, chance), *second = acu_words_one (words, chance);
  g_autofree char *small = g_utf8_strdown (first, -1), *host = g_utf8_strdown (second, -1);
  const char *domain = domains[acu_chance_below (chance, G_N_ELEMENTS (domains))];

  switch (acu_chance_below (chance, 3))
    {
    case 0: return g_strdup_printf ("https://www.%s.%s/%s", host, domain, small);
    case 1: return g_strdup_printf ("www.%s.%s", host, domain);
    default: return g_strdup_printf ("%s.%u@%s.%s", small, acu_chance_below (chance, 99), host, domain);
    }
}

char *
acu_words_code (const AcuWords *words, AcuChance *chance)
{
  g_autofree char *a = acu_words_one (words, chance), *b = acu_words_one (words, chance), *c = acu_words_one (words, chance);
  guint n = acu_chance_below (chance, 512);

  switch (acu_chance_below (chance, 10))
    {
    case 0: return g_strdup_printf ("if (%s->%s != %u)", a, b, n);
    case 1: return g_strdup_printf ("for (int i = 0; i < %s; i++)", a);
    case 2: return g_strdup_printf ("%s_%s (&%s, %u);", a, b, c, n);
    case 3: return g_strdup_printf ("return %s[%u] * 0x%04x;", a, n % 64, n * 97 % 65536);
    case 4: return g_strdup_printf ("# %s %s %s", a, b, c);
    case 5: return g_strdup_printf ("%s = \"%s %s\";", a, b, c);
    case 6: return g_strdup_printf ("def %s(self, %s=%u.%u):", a, b, n % 10, n % 7);
    case 7: return g_strdup_printf ("$ %s --%s=%s | grep -v '%u'", a, b, c, n);
    case 8: return g_strdup ("}");
    default: return g_strdup_printf ("<%s id=\"%s-%u\">%s</%s>", a, b, n % 50, c, a);
    }
}
