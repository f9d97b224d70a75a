/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_file.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef enum KeyType
{
  KEY_NUMBER,                     /* double */
  KEY_COUNT,                      /* gint64 */
  KEY_WHOLE,                      /* int */
  KEY_TEXT,                       /* char * */
  KEY_MODEL,                      /* char *: a file, relative to the run file, or the name of a model that is there */
  KEY_FOLDERS                     /* char **, likewise; separated by ; */
} KeyType;

typedef struct Key
{
  const char *group, *key;
  KeyType type;
  gsize offset;
  double least, most, fallback;
  const char *text;               /* KEY_TEXT: the fallback; NULL: must be given, or there is none (paths) */
  const char *help;
} Key;

#define AT(member) G_STRUCT_OFFSET (AcuRunFile, member)
#define OPTIMISER(member) (AT (optimiser) + G_STRUCT_OFFSET (AcuOptimiserOptions, member))

static const Key keys[] = {
  { "run", "steps", KEY_COUNT, AT (steps), 1, 1e9, 10000, NULL, N_("How many times the weights change") },
  { "run", "seed", KEY_COUNT, AT (seed), 0, 9e15, 1, NULL, N_("Where all randomness comes from") },
  { "run", "batch", KEY_WHOLE, AT (batch), 1, 4096, 16, NULL, N_("Crops whose mean gradient makes one step") },
  { "run", "side", KEY_WHOLE, AT (side), 8, 1024, 48, NULL, N_("Width and height of the small crops, in pixels") },
  { "run", "threads", KEY_WHOLE, AT (threads), 0, 256, 0, NULL, N_("Threads; 0: one a processor. The result does not depend on it") },
  { "network", "architecture", KEY_TEXT, AT (architecture), 0, 0, 0, "compact", N_("srcnn, fsrcnn, espcn, compact, half, srresnet, rrdb, span or diffusion; text-mask with truth=mask and scale=1") },
  { "network", "scale", KEY_WHOLE, AT (scale), 1, 8, 2, NULL, N_("How many times it enlarges") },
  { "network", "channels", KEY_WHOLE, AT (channels), 0, 512, 0, NULL, N_("Width of the network; 0: as published") },
  { "network", "blocks", KEY_WHOLE, AT (blocks), 0, 256, 0, NULL, N_("Depth of the network; 0: as published") },
  { "network", "start", KEY_MODEL, AT (start), 0, 0, 0, NULL, N_("A model to begin with, where its tensors fit: a file, or a name such as photo-x2; without: random weights") },
  { "data", "train", KEY_FOLDERS, AT (train), 0, 0, 0, NULL, N_("Folders of pictures to learn from, separated by ;") },
  { "data", "held_out", KEY_FOLDERS, AT (held_out), 0, 0, 0, NULL, N_("Folders of pictures to be judged by, never learnt from") },
  { "data", "shrink", KEY_NUMBER, AT (shrink), 1, 16, 1, NULL, N_("Pictures to learn from are made this many times smaller first") },
  { "data", "most", KEY_WHOLE, AT (most), 0, 1e6, 0, NULL, N_("Pictures of each folder at most; 0: all") },
  { "data", "turns", KEY_WHOLE, AT (turns), 1, 8, 8, NULL, N_("In how many of the eight ways crops are turned and mirrored; 1: as they are, which is best for text; 2: mirrored at most, for what has an upper side, such as faces") },
  { "data", "recolour", KEY_NUMBER, AT (recolour), 0, 1, 0, NULL, N_("The share of crops whose black and white become two other colours by chance, light on dark as often as dark on light: for text") },
  { "degradation", "preset", KEY_TEXT, AT (preset), 0, 0, 0, "clean", N_("clean, cubic, photo, jpeg, camera or screen; further keys of this group change it, see acuity degrade --list") },
  { "degradation", "strength", KEY_NUMBER, AT (degradation_strength), 0, 1, 1, NULL, N_("How much of it is done; with 0 pictures are only made smaller") },
  { "features", "model", KEY_MODEL, AT (features_model), 0, 0, 0, NULL, N_("A model whose inner maps of result and true picture are compared") },
  { "features", "layer", KEY_TEXT, AT (features_layer), 0, 0, 0, "", N_("The layer whose map it is, as acuity inspect --graph names it; empty: the last") },
  { "features", "weight", KEY_NUMBER, AT (features_weight), 0, 1e6, 1, NULL, N_("Weight of that loss") },
  { "teacher", "model", KEY_MODEL, AT (teacher_model), 0, 0, 0, NULL, N_("A model of the same scale whose results are learnt as well") },
  { "teacher", "weight", KEY_NUMBER, AT (teacher_weight), 0, 1e6, 1, NULL, N_("Weight of that loss") },
  { "discriminator", "architecture", KEY_TEXT, AT (judge_architecture), 0, 0, 0, "", N_("vgg-discriminator or unet-discriminator; empty: none") },
  { "discriminator", "channels", KEY_WHOLE, AT (judge_channels), 0, 512, 0, NULL, N_("Its width; 0: as published") },
  { "discriminator", "blocks", KEY_WHOLE, AT (judge_blocks), 0, 8, 0, NULL, N_("Its depth; 0: as published") },
  { "discriminator", "start", KEY_MODEL, AT (judge_start), 0, 0, 0, NULL, N_("A discriminator to begin with: discriminator.safetensors of a run's folder") },
  { "discriminator", "loss", KEY_TEXT, AT (judge_loss), 0, 0, 0, "vanilla", N_("vanilla, relativistic or least-squares") },
  { "discriminator", "weight", KEY_NUMBER, AT (judge_weight), 0, 1e6, 0.1, NULL, N_("Weight of its judgement in the network's loss") },
  { "discriminator", "rate", KEY_NUMBER, AT (judge_rate), 1e-9, 1, 1e-4, NULL, N_("Its learning rate") },
  { "diffusion", "first", KEY_MODEL, AT (first_model), 0, 0, 0, NULL, N_("The network that makes the first estimate and does not learn: a compact one; it becomes part of the model") },
  { "diffusion", "before", KEY_MODEL, AT (before_model), 0, 0, 0, NULL, N_("A network that enlarges before that one; empty: none") },
  { "diffusion", "kappa", KEY_NUMBER, AT (kappa), 0.01, 100, 1, NULL, N_("How strong the noise is beside what is missing in the first estimate") },
  { "diffusion", "spread", KEY_NUMBER, AT (spread), 0, 10, 0, NULL, N_("The standard deviation of what is missing; 0: that and the likeness are measured before the first step") },
  { "diffusion", "likeness", KEY_NUMBER, AT (likeness), 0, 0.999, 0, NULL, N_("How alike the colours of what is missing are: their correlation") },
  { "diffusion", "first_share", KEY_NUMBER, AT (first_share), 0, 1, 0, NULL, N_("How many of the crops are those of the first step, at almost nothing but noise; the others are of any") },
  { "diffusion", "used_share", KEY_NUMBER, AT (used_share), 0, 1, 0, NULL, N_("How many of the crops come about as in use, by the network's own steps, so that it learns to go on from its own mistakes") },
  { "diffusion", "steps", KEY_WHOLE, AT (sampling_steps), 4, 15, 4, NULL, N_("In how many steps the model is used unless it is told otherwise; learning does not depend on it") },
  { "optimiser", "rate", KEY_NUMBER, OPTIMISER (rate), 1e-9, 1, 1e-3, NULL, N_("Learning rate") },
  { "optimiser", "least", KEY_NUMBER, OPTIMISER (least), 0, 1, 1e-6, NULL, N_("Learning rate at the end of the cosine schedule") },
  { "optimiser", "warm_up", KEY_COUNT, OPTIMISER (warm_up), 0, 1e9, 200, NULL, N_("Steps in which the learning rate grows") },
  { "optimiser", "factor", KEY_NUMBER, OPTIMISER (factor), 0, 1, 0.5, NULL, N_("Step schedule: the rate's factor at each milestone") },
  { "optimiser", "beta1", KEY_NUMBER, OPTIMISER (beta1), 0, 0.9999, 0.9, NULL, N_("Adam: memory of the gradient") },
  { "optimiser", "beta2", KEY_NUMBER, OPTIMISER (beta2), 0, 0.99999, 0.999, NULL, N_("Adam: memory of its square") },
  { "optimiser", "epsilon", KEY_NUMBER, OPTIMISER (epsilon), 1e-12, 1, 1e-8, NULL, N_("Adam: added to the root") },
  { "optimiser", "decay", KEY_NUMBER, OPTIMISER (decay), 0, 1, 0, NULL, N_("Weight decay") },
  { "optimiser", "clip", KEY_NUMBER, OPTIMISER (clip), 0, 1e9, 0, NULL, N_("Largest norm of a gradient; 0: no limit") },
  { "optimiser", "average", KEY_NUMBER, OPTIMISER (average), 0, 0.999999, 0.999, NULL, N_("Memory of the moving average of the weights, which is the result") },
  { "validation", "every", KEY_COUNT, AT (validate_every), 1, 1e9, 1000, NULL, N_("Steps between validations") },
  { "validation", "most", KEY_WHOLE, AT (validate_most), 1, 1e6, 24, NULL, N_("Pictures of each folder at most") },
  { "validation", "checkpoint_seconds", KEY_COUNT, AT (checkpoint_seconds), 0, 1e6, 60, NULL, N_("Least seconds between checkpoints") },
  { "card", "description", KEY_TEXT, AT (description), 0, 0, 0, "", N_("What the model is good for") },
  { "card", "licence", KEY_TEXT, AT (licence), 0, 0, 0, "", N_("Licence of the weights") },
  { "card", "data_licence", KEY_TEXT, AT (data_licence), 0, 0, 0, "", N_("Origin and licence of the pictures") },
};

/* Choices that are no numbers. */
static const char *const optimisers[] = { "adam", "adamw" }, *const schedules[] = { "constant", "cosine", "step" },
           *const precisions[] = { "fast", "exact" }, *const truths[] = { "picture", "mask" };

static gboolean
bad_value (const AcuRunFile *run, const Key *key, const char *value, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [%s] %s=%s: a number from %g to %g is wanted."), run->path, key->group,
               key->key, value, key->least, key->most);
  return FALSE;
}

static gboolean
set_number (AcuRunFile *run, const Key *key, const char *value, GError **error)
{
  char *end = NULL;
  double number = value ? g_ascii_strtod (value, &end) : key->fallback;

  if (value && (end == value || *end || !(number >= key->least && number <= key->most)
                || (key->type != KEY_NUMBER && number != floor (number))))
    return bad_value (run, key, value, error);
  if (key->type == KEY_NUMBER)
    G_STRUCT_MEMBER (double, run, key->offset) = number;
  else if (key->type == KEY_COUNT)
    G_STRUCT_MEMBER (gint64, run, key->offset) = (gint64) number;
  else
    G_STRUCT_MEMBER (int, run, key->offset) = (int) number;
  return TRUE;
}

static char *
beside (const AcuRunFile *run, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (run->path);

  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
}

/* Whoever opens it says so when it is not there. */
static char *
model_path (const AcuRunFile *run, const char *value)
{
  g_autofree char *file = beside (run, value);
  AcuModelInfo *model = g_file_test (file, G_FILE_TEST_EXISTS) ? NULL : acu_model_find (value, 2, NULL);
  char *path = g_strdup (model && model->path ? model->path : file);

  acu_model_info_free (model);
  return path;
}

static void
set_folders (AcuRunFile *run, const Key *key, const char *value)
{
  g_auto (GStrv) parts = value ? g_strsplit (value, ";", -1) : NULL;
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  for (char **part = parts; part && *part; part++)
    if (*g_strstrip (*part))
      g_ptr_array_add (folders, beside (run, *part));
  g_ptr_array_add (folders, NULL);
  G_STRUCT_MEMBER (char **, run, key->offset) = (char **) g_ptr_array_free (g_steal_pointer (&folders), FALSE);
}

static gboolean
set_key (AcuRunFile *run, const Key *key, const char *value, GError **error)
{
  switch (key->type)
    {
    case KEY_TEXT:
      G_STRUCT_MEMBER (char *, run, key->offset) = g_strdup (value ? value : key->text);
      return TRUE;
    case KEY_MODEL:
      G_STRUCT_MEMBER (char *, run, key->offset) = value && *value ? model_path (run, value) : NULL;
      return TRUE;
    case KEY_FOLDERS:
      set_folders (run, key, value);
      return TRUE;
    default:
      return set_number (run, key, value, error);
    }
}

static const Key *
find_key (const char *group, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].key, name))
      return &keys[i];
  return NULL;
}

/* One of `words`, the first where the key is not given; -1 with an error. */
static int
choose (const AcuRunFile *run, GKeyFile *file, const char *group, const char *key, const char *const *words, guint n, guint fallback, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);
  g_autoptr (GString) list = g_string_new (NULL);

  if (!value)
    return (int) fallback;
  for (guint i = 0; i < n; i++)
    {
      if (g_str_equal (value, words[i]))
        return (int) i;
      g_string_append_printf (list, "%s%s", i ? ", " : "", words[i]);
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [%s] %s=%s: it is one of %s."), run->path, group, key, value, list->str);
  return -1;
}

static gboolean
read_milestones (AcuRunFile *run, GKeyFile *file, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, "optimiser", "milestones", NULL);
  g_auto (GStrv) parts = value ? g_strsplit (value, ";", -1) : NULL;
  AcuOptimiserOptions *o = &run->optimiser;

  for (char **part = parts; part && *part; part++)
    {
      gint64 step;

      if (!*g_strstrip (*part))
        continue;
      if (o->n_milestones == ACU_MAX_MILESTONES || !g_ascii_string_to_signed (*part, 10, 1, 1000000000, &step, NULL)
          || (o->n_milestones && step <= o->milestones[o->n_milestones - 1]))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT,
                       _("%s: [optimiser] milestones=%s: up to %d growing numbers of steps are wanted."), run->path, value,
                       ACU_MAX_MILESTONES);
          return FALSE;
        }
      o->milestones[o->n_milestones++] = step;
    }
  return TRUE;
}

static gboolean
read_optimiser (AcuRunFile *run, GKeyFile *file, GError **error)
{
  int kind = choose (run, file, "optimiser", "kind", optimisers, G_N_ELEMENTS (optimisers), 0, error);
  int schedule = choose (run, file, "optimiser", "schedule", schedules, G_N_ELEMENTS (schedules), ACU_SCHEDULE_COSINE, error);

  if (kind < 0 || schedule < 0)
    return FALSE;
  run->optimiser.decoupled = kind == 1;
  run->optimiser.schedule = schedule;
  return read_milestones (run, file, error);
}

static gboolean
read_precision (AcuRunFile *run, GKeyFile *file, GError **error)
{
  int precision = choose (run, file, "run", "precision", precisions, G_N_ELEMENTS (precisions), 0, error);

  run->exact = precision == 1;
  return precision >= 0;
}

static gboolean
read_truth (AcuRunFile *run, GKeyFile *file, GError **error)
{
  int truth = choose (run, file, "data", "truth", truths, G_N_ELEMENTS (truths), 0, error);

  run->masks = truth == 1;
  return truth >= 0;
}

static gboolean
read_losses (AcuRunFile *run, GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, "loss", NULL, NULL);
  double sum = 0;

  for (char **name = names; name && *name; name++)
    {
      g_autofree char *value = g_key_file_get_string (file, "loss", *name, NULL);
      char *end = NULL;
      double weight = value ? g_ascii_strtod (value, &end) : 0;

      if (!value || end == value || *end || !(weight >= 0 && weight <= 1e6) || run->n_losses == ACU_RUN_MAX_LOSSES)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [loss] %s: a weight from 0 to 1000000 is wanted."), run->path, *name);
          return FALSE;
        }
      run->losses[run->n_losses++] = (AcuRunLoss) { g_strdup (*name), weight };
      sum += weight;
    }
  if (sum > 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [loss] names no loss with a weight above 0."), run->path);
  return FALSE;
}

/* Keys that are in the file but not in the table are mistakes; those of [degradation] are its own business. */
static gboolean
check_names (AcuRunFile *run, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (char **group = groups; *group; group++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, *group, NULL, NULL);

      for (char **name = names; name && *name; name++)
        {
          if (g_str_equal (*group, "loss") || find_key (*group, *name) || (g_str_equal (*group, "run") && g_str_equal (*name, "precision"))
              || (g_str_equal (*group, "data") && g_str_equal (*name, "truth"))
              || (g_str_equal (*group, "optimiser")
                  && (g_str_equal (*name, "kind") || g_str_equal (*name, "schedule") || g_str_equal (*name, "milestones"))))
            continue;
          if (g_str_equal (*group, "degradation"))
            {
              g_autofree char *value = g_key_file_get_string (file, *group, *name, NULL);

              g_ptr_array_add (run->settings, g_strdup_printf ("%s=%s", *name, value ? value : ""));
              continue;
            }
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [%s] %s: there is no such key."), run->path, *group, *name);
          return FALSE;
        }
    }
  return TRUE;
}

/* What is judged by must not be learnt from. */
static gboolean
check_folders (const AcuRunFile *run, GError **error)
{
  for (char **train = run->train; *train; train++)
    for (char **held_out = run->held_out; *held_out; held_out++)
      {
        GStatBuf a, b;

        if (g_stat (*train, &a) != 0 || g_stat (*held_out, &b) != 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
          continue;
        g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [data] %s is to be learnt from and held out as well."), run->path, *train);
        return FALSE;
      }
  return TRUE;
}

/* Discriminators are networks, too, but enlarge nothing; and nothing else can judge. */
static gboolean
check_architectures (const AcuRunFile *run, GError **error)
{
  static const char ending[] = "-discriminator";
  const char *judge = run->judge_architecture;

  if (g_str_has_suffix (run->architecture, ending))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [network] architecture=%s: that one judges pictures, it does not enlarge them."),
                 run->path, run->architecture);
  else if (*judge && !g_str_has_suffix (judge, ending))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [discriminator] architecture=%s: it is vgg-discriminator or unet-discriminator."),
                 run->path, judge);
  else
    return TRUE;
  return FALSE;
}

/* A mask is as large as its picture, and one network alone makes masks. */
static gboolean
check_truth (const AcuRunFile *run, GError **error)
{
  gboolean marks = g_str_equal (run->architecture, "text-mask");

  if (run->masks && run->scale != 1)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [data] truth=mask: a mask is as large as its picture: [network] scale must be 1."),
                 run->path);
  else if (run->masks != marks)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [data] truth=mask and [network] architecture=text-mask need each other."), run->path);
  else if (!marks && run->scale == 1)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [network] scale=1: only the architecture text-mask has it."), run->path);
  else if (marks && run->side % 4)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [run] side=%d: the architecture text-mask needs a multiple of 4."), run->path, run->side);
  else
    return TRUE;
  return FALSE;
}

/* A diffusion begins at a first estimate, and nothing else does. */
static gboolean
check_diffusion (const AcuRunFile *run, GError **error)
{
  gboolean diffusion = g_str_equal (run->architecture, "diffusion");

  if (diffusion == (run->first_model != NULL) && (diffusion || !run->before_model))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [diffusion] first and [network] architecture=diffusion need each other."), run->path);
  return FALSE;
}

static char *
name_of (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  if (g_str_has_suffix (base, ".run"))
    base[strlen (base) - strlen (".run")] = 0;
  return g_steal_pointer (&base);
}

/* Of the groups and keys as they were read, whatever comments and blanks there are between them. */
static char *
make_fingerprint (GKeyFile *file)
{
  static const char *const aside[] = { "validation", "card" };
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (char **group = groups; *group; group++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, *group, NULL, NULL);

      for (char **name = names; names && *name; name++)
        {
          g_autofree char *value = g_key_file_get_string (file, *group, *name, NULL);

          if (!g_str_equal (*group, aside[0]) && !g_str_equal (*group, aside[1])
              && !(g_str_equal (*group, "run") && g_str_equal (*name, "threads")))
            g_string_append_printf (text, "[%s]%s=%s\n", *group, *name, value);
        }
    }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

AcuRunFile *
acu_run_file_load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  AcuRunFile *run;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &problem))
    {
      gboolean damaged = problem->domain == G_KEY_FILE_ERROR;

      g_set_error (error, ACU_ERROR, damaged ? ACU_ERROR_FORMAT : ACU_ERROR_IO, _("%s: %s"), path, problem->message);
      return NULL;
    }
  run = g_new0 (AcuRunFile, 1);
  run->path = g_strdup (path);
  run->name = name_of (path);
  run->fingerprint = make_fingerprint (file);
  run->settings = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = g_key_file_get_string (file, keys[i].group, keys[i].key, NULL);

      if (!set_key (run, &keys[i], value ? g_strstrip (value) : NULL, error))
        goto failed;
    }
  if (!check_names (run, file, error) || !read_losses (run, file, error) || !read_optimiser (run, file, error)
      || !read_precision (run, file, error) || !read_truth (run, file, error))
    goto failed;
  if (!run->train[0] || !run->held_out[0])
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [data] train and held_out need a folder each."), run->path);
      goto failed;
    }
  if (!check_folders (run, error) || !check_architectures (run, error) || !check_truth (run, error) || !check_diffusion (run, error))
    goto failed;
  return run;

failed:
  acu_run_file_free (run);
  return NULL;
}

void
acu_run_file_free (AcuRunFile *run)
{
  if (!run)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].type == KEY_TEXT || keys[i].type == KEY_MODEL)
      g_free (G_STRUCT_MEMBER (char *, run, keys[i].offset));
    else if (keys[i].type == KEY_FOLDERS)
      g_strfreev (G_STRUCT_MEMBER (char **, run, keys[i].offset));
  for (guint i = 0; i < run->n_losses; i++)
    g_free (run->losses[i].name);
  g_ptr_array_unref (run->settings);
  g_free (run->path);
  g_free (run->name);
  g_free (run->fingerprint);
  g_free (run);
}

char *
acu_run_file_describe (void)
{
  GString *text = g_string_new (NULL);
  const char *group = "";

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const Key *key = &keys[i];

      if (!g_str_equal (group, key->group))
        g_string_append_printf (text, "%s[%s]\n", *group ? "\n" : "", key->group);
      group = key->group;
      if (key->type == KEY_TEXT)
        g_string_append_printf (text, "%s=%s", key->key, key->text);
      else if (key->type == KEY_MODEL || key->type == KEY_FOLDERS)
        g_string_append_printf (text, "%s=", key->key);
      else
        g_string_append_printf (text, "%s=%g   (%g … %g)", key->key, key->fallback, key->least, key->most);
      g_string_append_printf (text, "   # %s\n", _(key->help));
    }
  g_string_append_printf (text, "\n[run]\nprecision=fast   # %s\n\n[data]\ntruth=picture   # %s\n\n[optimiser]\nkind=adam   # %s\nschedule=cosine   # %s\nmilestones=   # %s\n\n[loss]\n# %s\n",
                          _("fast or exact; fast multiplies numbers of 16 bits (bfloat16) where the processor is quicker with them"),
                          _("picture or mask; mask: what is to be found in FOLDER/NAME.EXT is FOLDER/masks/NAME.mask.png (gray, 8 bits, as large), nothing where there is no such file; held-out pictures are shrunk as well"),
                          _("adam or adamw"), _("constant, cosine or step"), _("Steps at which the step schedule lowers the rate, separated by ;"),
                          _("Losses by name with their weights, such as charbonnier=1"));
  return g_string_free (text, FALSE);
}
