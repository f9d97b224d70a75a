/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pickle.h"

#include <acuity/error.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define MAX_VALUES (1 << 20)
#define MAX_LINKS (1 << 20)
#define MAX_STACK (1 << 20)
#define MAX_MEMO (1 << 20)
#define FIRST_ROOM 256
#define NEWEST_PROTOCOL 5
/* Of a name that is shown. */
#define SHOWN_BYTES 80

/* Values are numbers in one growing list, so that they may refer to each other in any way. Number 0 is the mark, link 0 the end. */
typedef struct Machine
{
  AcuPickle *pickle;
  guint n_values, values_room, n_links, links_room;
  guint32 *stack, *memo;          /* memo: 0 for none */
  guint depth, stack_room, memo_room, memoized;
  const guint8 *start, *at, *end;
  const char *name;
  gboolean stopped, failed;
  GError **error;
} Machine;

static const struct
{
  const char *module, *name;
  AcuPickleGlobal global;
} known_globals[] = {
  { "collections", "OrderedDict", ACU_PICKLE_ORDERED_DICT },
  { "torch._utils", "_rebuild_tensor_v2", ACU_PICKLE_REBUILD_TENSOR },
  { "torch._utils", "_rebuild_parameter", ACU_PICKLE_REBUILD_PARAMETER },
  { "torch", "FloatStorage", ACU_PICKLE_FLOAT_STORAGE },
  { "torch", "HalfStorage", ACU_PICKLE_HALF_STORAGE },
  { "torch", "BFloat16Storage", ACU_PICKLE_BFLOAT16_STORAGE },
  { "torch", "DoubleStorage", ACU_PICKLE_DOUBLE_STORAGE },
  { "torch", "LongStorage", ACU_PICKLE_WHOLE_STORAGE },
  { "torch", "IntStorage", ACU_PICKLE_WHOLE_STORAGE },
  { "torch", "ShortStorage", ACU_PICKLE_WHOLE_STORAGE },
  { "torch", "CharStorage", ACU_PICKLE_WHOLE_STORAGE },
  { "torch", "ByteStorage", ACU_PICKLE_WHOLE_STORAGE },
  { "torch", "BoolStorage", ACU_PICKLE_WHOLE_STORAGE },
};

/* The first failure is kept. */
static gboolean
damaged (Machine *m, const char *what)
{
  if (m->failed)
    return FALSE;
  m->failed = TRUE;
  g_set_error (m->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is damaged: byte %" PRIu64 " of the description of its tensors: %s."), m->name,
               (guint64) (m->at - m->start), what);
  return FALSE;
}

/* Makes room in an array for one more than n elements of `size` bytes. */
static gboolean
grow (Machine *m, gpointer array, guint n, guint *room, guint most, gsize size)
{
  guint wanted = MAX (FIRST_ROOM, *room);
  gpointer *old = array, more;

  if (n < *room)
    return TRUE;
  if (n >= most)
    return damaged (m, _("there is too much of it"));
  while (wanted <= n)
    wanted *= 2;
  more = g_try_realloc_n (*old, wanted, size);
  if (!more)
    {
      g_set_error (m->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), m->name);
      return FALSE;
    }
  memset ((char *) more + *room * size, 0, (wanted - *room) * size);
  *old = more;
  *room = wanted;
  return TRUE;
}

static AcuPickleValue *
value_at (Machine *m, guint32 index)
{
  return &m->pickle->values[index];
}

static gboolean
push (Machine *m, guint32 index)
{
  if (!grow (m, &m->stack, m->depth, &m->stack_room, MAX_STACK, sizeof *m->stack))
    return FALSE;
  m->stack[m->depth++] = index;
  return TRUE;
}

/* Pushes a new value, which *value is for the moment. */
static gboolean
push_new (Machine *m, AcuPickleKind kind, AcuPickleValue **value)
{
  if (!grow (m, &m->pickle->values, m->n_values, &m->values_room, MAX_VALUES, sizeof (AcuPickleValue)) || !push (m, m->n_values))
    return FALSE;
  *value = value_at (m, m->n_values++);
  (*value)->kind = kind;
  return TRUE;
}

static gboolean
push_number (Machine *m, AcuPickleKind kind, gint64 number)
{
  AcuPickleValue *value;

  if (!push_new (m, kind, &value))
    return FALSE;
  value->number = number;
  return TRUE;
}

/* The uppermost value, or NULL when there is none above a mark. */
static AcuPickleValue *
top (Machine *m)
{
  if (m->depth && m->stack[m->depth - 1])
    return value_at (m, m->stack[m->depth - 1]);
  damaged (m, _("a value is missing"));
  return NULL;
}

/* Appends to the items of the value `owner`. */
static gboolean
append (Machine *m, guint32 owner, guint32 key, guint32 item)
{
  AcuPickleValue *value;

  if (!grow (m, &m->pickle->links, m->n_links, &m->links_room, MAX_LINKS, sizeof (AcuPickleLink)))
    return FALSE;
  m->pickle->links[m->n_links] = (AcuPickleLink) { key, item, 0 };
  value = value_at (m, owner);
  if (value->last)
    m->pickle->links[value->last].next = m->n_links;
  else
    value->first = m->n_links;
  value->last = m->n_links++;
  value->count++;
  return TRUE;
}

/* n bytes of the program, or NULL. */
static const guint8 *
take (Machine *m, guint64 n)
{
  const guint8 *bytes = m->at;

  if (n > (guint64) (m->end - m->at))
    {
      damaged (m, _("it ends too early"));
      return NULL;
    }
  m->at += n;
  return bytes;
}

/* A little-endian number of n bytes, at most 8. */
static gboolean
take_number (Machine *m, guint n, guint64 *number)
{
  const guint8 *bytes = take (m, n);

  *number = 0;
  for (guint i = 0; bytes && i < n; i++)
    *number |= (guint64) bytes[i] << 8 * i;
  return bytes != NULL;
}

static gboolean
push_text (Machine *m, AcuPickleKind kind, guint length_bytes)
{
  guint64 length;
  const guint8 *text;
  AcuPickleValue *value;

  if (!take_number (m, length_bytes, &length) || !(text = take (m, length)) || !push_new (m, kind, &value))
    return FALSE;
  value->text = (const char *) text;
  value->length = length;
  return TRUE;
}

/* Two's complement of n bytes. */
static gboolean
push_signed (Machine *m, guint64 n)
{
  guint64 number;

  if (n > 8)
    return damaged (m, _("a number is too large"));
  if (!take_number (m, (guint) n, &number))
    return FALSE;
  if (n && n < 8 && number >> (8 * n - 1))
    number |= G_MAXUINT64 << 8 * n;
  return push_number (m, ACU_PICKLE_INTEGER, (gint64) number);
}

static gboolean
push_real (Machine *m)
{
  const guint8 *bytes = take (m, 8);
  guint64 bits = 0;
  AcuPickleValue *value;

  for (guint i = 0; bytes && i < 8; i++)
    bits = bits << 8 | bytes[i];
  if (!bytes || !push_new (m, ACU_PICKLE_REAL, &value))
    return FALSE;
  memcpy (&value->real, &bits, sizeof bits);
  return TRUE;
}

/* Where the values above the uppermost mark begin. */
static gboolean
find_mark (Machine *m, guint *first)
{
  for (guint i = m->depth; i > 0; i--)
    if (!m->stack[i - 1])
      {
        *first = i;
        return TRUE;
      }
  return damaged (m, _("a mark is missing"));
}

/* A tuple of the values from `first` on, which it replaces, with the mark below them if there is one. */
static gboolean
make_tuple (Machine *m, guint first, gboolean marked)
{
  guint32 tuple = m->n_values;
  guint depth = m->depth;
  AcuPickleValue *value;

  /* Above its items for now. */
  if (!push_new (m, ACU_PICKLE_TUPLE, &value))
    return FALSE;
  for (guint i = first; i < depth; i++)
    if (!append (m, tuple, 0, m->stack[i]))
      return FALSE;
  m->depth = first - marked;
  return push (m, tuple);
}

/* A tuple of the n uppermost values. */
static gboolean
make_short_tuple (Machine *m, guint n)
{
  for (guint i = 1; i <= n; i++)
    if (m->depth < i || !m->stack[m->depth - i])
      return damaged (m, _("a value is missing"));
  return make_tuple (m, m->depth - n, FALSE);
}

/* Moves the values from `first` on into the list or dictionary below them, or below their mark. */
static gboolean
fill (Machine *m, AcuPickleKind kind, guint first, gboolean marked)
{
  guint step = kind == ACU_PICKLE_DICT ? 2 : 1, depth = m->depth;
  guint32 owner;

  m->depth = first - marked;
  if ((depth - first) % step || !top (m) || top (m)->kind != kind)
    return damaged (m, _("values belong to nothing"));
  owner = m->stack[m->depth - 1];
  for (guint i = first; i < depth; i += step)
    if (!append (m, owner, step == 2 ? m->stack[i] : 0, m->stack[i + step - 1]))
      return FALSE;
  return TRUE;
}

static gboolean
fill_from_mark (Machine *m, AcuPickleKind kind)
{
  guint first;

  return find_mark (m, &first) && fill (m, kind, first, TRUE);
}

static gboolean
fill_one (Machine *m, AcuPickleKind kind)
{
  guint n = kind == ACU_PICKLE_DICT ? 2 : 1;

  for (guint i = 1; i <= n; i++)
    if (m->depth < i || !m->stack[m->depth - i])
      return damaged (m, _("a value is missing"));
  return fill (m, kind, m->depth - n, FALSE);
}

static gboolean
memoize (Machine *m, guint64 place)
{
  if (!top (m))
    return FALSE;
  if (!grow (m, &m->memo, (guint) MIN (place, MAX_MEMO), &m->memo_room, MAX_MEMO, sizeof *m->memo))
    return FALSE;
  m->memo[place] = m->stack[m->depth - 1];
  m->memoized++;
  return TRUE;
}

static gboolean
recall (Machine *m, guint64 place)
{
  if (place >= m->memo_room || !m->memo[place])
    return damaged (m, _("it speaks of something that is not there"));
  return push (m, m->memo[place]);
}

/* Names are shown, whatever they are. */
static char *
shown (const char *text, gsize length)
{
  g_autofree char *part = g_strndup (text, MIN (length, SHOWN_BYTES)), *valid = g_utf8_make_valid (part, -1);

  for (char *at = valid; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = '?';
  return g_steal_pointer (&valid);
}

static gboolean
same (const char *text, gsize length, const char *word)
{
  return length == strlen (word) && memcmp (text, word, length) == 0;
}

static gboolean
push_global (Machine *m, const char *module, gsize module_length, const char *name, gsize name_length)
{
  g_autofree char *shown_module = NULL, *shown_name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (known_globals); i++)
    if (same (module, module_length, known_globals[i].module) && same (name, name_length, known_globals[i].name))
      return push_number (m, ACU_PICKLE_GLOBAL, known_globals[i].global);
  shown_module = shown (module, module_length);
  shown_name = shown (name, name_length);
  g_set_error (m->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
               _("%s holds more than tensors: “%s.%s”, which is not read, for it could be a program; save the network's state_dict() alone."), m->name,
               shown_module, shown_name);
  return FALSE;
}

static gboolean
read_global (Machine *m)
{
  const guint8 *module = m->at, *module_end = memchr (module, '\n', (gsize) (m->end - module));
  const guint8 *name = module_end ? module_end + 1 : NULL, *name_end = name ? memchr (name, '\n', (gsize) (m->end - name)) : NULL;

  if (!name_end)
    return damaged (m, _("it ends too early"));
  m->at = name_end + 1;
  return push_global (m, (const char *) module, (gsize) (module_end - module), (const char *) name, (gsize) (name_end - name));
}

static gboolean
global_from_stack (Machine *m)
{
  AcuPickleValue *name = top (m), *module;

  if (!name)
    return FALSE;
  m->depth--;
  if (!(module = top (m)))
    return FALSE;
  m->depth--;
  if (name->kind != ACU_PICKLE_TEXT || module->kind != ACU_PICKLE_TEXT)
    return damaged (m, _("a name is no text"));
  return push_global (m, module->text, module->length, name->text, name->length);
}

/* Pops a tuple and pushes its items as a value of that kind. */
static gboolean
turn_tuple (Machine *m, const AcuPickleValue *tuple, AcuPickleKind kind)
{
  AcuPickleValue copy = *tuple, *value;

  m->depth--;
  if (!push_new (m, kind, &value))
    return FALSE;
  *value = copy;
  value->kind = kind;
  return TRUE;
}

/* What the four first arguments are is looked at when a tensor is wanted. */
static gboolean
call (Machine *m)
{
  AcuPickleValue *arguments = top (m), *function, *made;
  const AcuPickleValue *first;

  if (!arguments)
    return FALSE;
  m->depth--;
  if (!(function = top (m)))
    return FALSE;
  if (function->kind != ACU_PICKLE_GLOBAL || arguments->kind != ACU_PICKLE_TUPLE)
    return damaged (m, _("something is called that cannot be"));
  switch (function->number)
    {
    case ACU_PICKLE_ORDERED_DICT:
      m->depth--;
      return arguments->count == 0 ? push_new (m, ACU_PICKLE_DICT, &made) : damaged (m, _("a dictionary begins with something"));
    case ACU_PICKLE_REBUILD_TENSOR:
      return turn_tuple (m, arguments, ACU_PICKLE_TENSOR);
    case ACU_PICKLE_REBUILD_PARAMETER:
      first = acu_pickle_item (m->pickle, arguments, 0);
      m->depth--;
      return first && first->kind == ACU_PICKLE_TENSOR ? push (m, (guint32) (first - m->pickle->values)) : damaged (m, _("a parameter is no tensor"));
    default:
      return damaged (m, _("something is called that cannot be"));
    }
}

static gboolean
read_persistent (Machine *m)
{
  AcuPickleValue *id = top (m);

  if (!id)
    return FALSE;
  if (id->kind != ACU_PICKLE_TUPLE || !acu_pickle_is_text (acu_pickle_item (m->pickle, id, 0), "storage"))
    return damaged (m, _("something is kept elsewhere that is no tensor"));
  return turn_tuple (m, id, ACU_PICKLE_STORAGE);
}

/* An OrderedDict's attributes, of which state_dict() has one that says nothing about weights. */
static gboolean
forget_state (Machine *m)
{
  if (!top (m))
    return FALSE;
  m->depth--;
  return top (m) && (top (m)->kind == ACU_PICKLE_DICT || damaged (m, _("something is built that cannot be")));
}

static gboolean
begin_protocol (Machine *m)
{
  guint64 protocol;

  return take_number (m, 1, &protocol) && (protocol <= NEWEST_PROTOCOL || damaged (m, _("it is of an unknown kind")));
}

static gboolean
stop (Machine *m)
{
  if (m->depth != 1 || m->at != m->end || !top (m))
    return damaged (m, _("it ends in the wrong place"));
  m->pickle->root = m->stack[0];
  m->stopped = TRUE;
  return TRUE;
}

static gboolean
unknown_instruction (Machine *m, guint instruction)
{
  g_autofree char *what = g_strdup_printf (_("unknown instruction %u"), instruction);

  return damaged (m, what);
}

/* Instructions that push one value. */
static gboolean
run_push (Machine *m, guint instruction)
{
  AcuPickleValue *value;
  guint64 number = 0;

  switch (instruction)
    {
    case '(': return push (m, 0);
    case '}': return push_new (m, ACU_PICKLE_DICT, &value);
    case ']': return push_new (m, ACU_PICKLE_LIST, &value);
    case ')': return push_new (m, ACU_PICKLE_TUPLE, &value);
    case 'N': return push_new (m, ACU_PICKLE_NONE, &value);
    case 0x88: return push_number (m, ACU_PICKLE_BOOLEAN, TRUE);
    case 0x89: return push_number (m, ACU_PICKLE_BOOLEAN, FALSE);
    case 'J': return push_signed (m, 4);
    case 'K': return take_number (m, 1, &number) && push_number (m, ACU_PICKLE_INTEGER, (gint64) number);
    case 'M': return take_number (m, 2, &number) && push_number (m, ACU_PICKLE_INTEGER, (gint64) number);
    case 0x8a: return take_number (m, 1, &number) && push_signed (m, number);
    case 'G': return push_real (m);
    case 'X': return push_text (m, ACU_PICKLE_TEXT, 4);
    case 0x8c: return push_text (m, ACU_PICKLE_TEXT, 1);
    case 0x8d: return push_text (m, ACU_PICKLE_TEXT, 8);
    case 'B': return push_text (m, ACU_PICKLE_BYTES, 4);
    case 'C': return push_text (m, ACU_PICKLE_BYTES, 1);
    case 'h': return take_number (m, 1, &number) && recall (m, number);
    case 'j': return take_number (m, 4, &number) && recall (m, number);
    case 'c': return read_global (m);
    default: return unknown_instruction (m, instruction);
    }
}

static gboolean
run_one (Machine *m)
{
  const guint8 *instruction = take (m, 1);
  guint64 number = 0;
  guint first;

  if (!instruction)
    return FALSE;
  switch (*instruction)
    {
    case 0x80: return begin_protocol (m);
    case 0x95: return take_number (m, 8, &number);      /* how long the next part is, for those who read piece by piece */
    case 't': return find_mark (m, &first) && make_tuple (m, first, TRUE);
    case 0x85: return make_short_tuple (m, 1);
    case 0x86: return make_short_tuple (m, 2);
    case 0x87: return make_short_tuple (m, 3);
    case 's': return fill_one (m, ACU_PICKLE_DICT);
    case 'u': return fill_from_mark (m, ACU_PICKLE_DICT);
    case 'a': return fill_one (m, ACU_PICKLE_LIST);
    case 'e': return fill_from_mark (m, ACU_PICKLE_LIST);
    case 'q': return take_number (m, 1, &number) && memoize (m, number);
    case 'r': return take_number (m, 4, &number) && memoize (m, number);
    case 0x94: return memoize (m, m->memoized);
    case 0x93: return global_from_stack (m);
    case 'R': return call (m);
    case 'Q': return read_persistent (m);
    case 'b': return forget_state (m);
    case '.': return stop (m);
    default: return run_push (m, *instruction);
    }
}

AcuPickle *
acu_pickle_read (const guint8 *bytes, gsize n, const char *name, GError **error)
{
  Machine m = { g_new0 (AcuPickle, 1), .n_values = 1, .n_links = 1, .start = bytes, .at = bytes, .end = bytes + n, .name = name, .error = error };

  if (grow (&m, &m.pickle->values, 0, &m.values_room, MAX_VALUES, sizeof (AcuPickleValue))
      && grow (&m, &m.pickle->links, 0, &m.links_room, MAX_LINKS, sizeof (AcuPickleLink)))
    while (!m.stopped && run_one (&m))
      ;
  g_free (m.stack);
  g_free (m.memo);
  if (!m.stopped)
    g_clear_pointer (&m.pickle, acu_pickle_free);
  return m.pickle;
}

void
acu_pickle_free (AcuPickle *pickle)
{
  if (!pickle)
    return;
  g_free (pickle->values);
  g_free (pickle->links);
  g_free (pickle);
}

const AcuPickleValue *
acu_pickle_item (const AcuPickle *pickle, const AcuPickleValue *value, guint i)
{
  guint32 link;

  if (!value || value->kind < ACU_PICKLE_TUPLE || i >= value->count)
    return NULL;
  for (link = value->first; i > 0; i--)
    link = pickle->links[link].next;
  return &pickle->values[pickle->links[link].value];
}

gboolean
acu_pickle_is_text (const AcuPickleValue *value, const char *text)
{
  return value && value->kind == ACU_PICKLE_TEXT && same (value->text, value->length, text);
}
