/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/error.h>
#include <acuity/options.h>
#include <acuity/size.h>

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define EVERYWHERE (ACU_OPTION_SHELL | ACU_OPTION_GEGL | ACU_OPTION_GIMP)

static const AcuChoice size_modes[] = {
  { "factor", N_("Factor") },
  { "pixels", N_("Pixels") },
  { "longest", N_("Longest side") },
  { "print", N_("Print size") },
  { NULL, NULL }
};

static const AcuChoice devices[] = {
  { "auto", N_("Automatic") },
  { "cpu", N_("Processor (CPU)") },
  { "vulkan", N_("Graphics card (Vulkan)") },
  { NULL, NULL }
};

/* In the order of AcuPrecision. */
static const AcuChoice precisions[] = {
  { "fast", N_("Fast") },
  { "exact", N_("Exact (slower)") },
  { NULL, NULL }
};

/* In the order of AcuTextMode. */
static const AcuChoice text_modes[] = {
  { "off", N_("Off") },
  { "auto", N_("Automatic") },
  { "everywhere", N_("Everywhere") },
  { NULL, NULL }
};

static const AcuChoice results[] = {
  { "image", N_("This image") },
  { "new", N_("A new image") },
  { "layers", N_("New layers") },
  { NULL, NULL }
};

/* In the order of AcuFacesMode. */
static const AcuChoice faces_modes[] = {
  { "off", N_("Off") },
  { "auto", N_("Automatic") },
  { NULL, NULL }
};

#define TEXT(value) .type = ACU_OPTION_STRING, .default_text = value
#define NUMBER(low, high, value) .type = ACU_OPTION_DOUBLE, .minimum = low, .maximum = high, .default_number = value
#define WHOLE(low, high, value) .type = ACU_OPTION_INT, .minimum = low, .maximum = high, .default_number = value
#define YES_NO(value) .type = ACU_OPTION_BOOLEAN, .minimum = 0, .maximum = 1, .default_number = value
#define CHOICE(list, value) .type = ACU_OPTION_CHOICE, .choices = list, .default_text = value

static const AcuOption options[] = {
  { "model", N_("_Model"),
    N_("What enlarges the picture: the name of a model, or \"auto\" for the built-in one."),
    TEXT ("auto"), .use = EVERYWHERE },
  { "size-mode", N_("Si_ze as"),
    N_("How the new size is given: a factor, pixels, the longest side, or a print size."),
    CHOICE (size_modes, "factor"), .use = ACU_OPTION_GIMP },
  { "scale", N_("_Factor"),
    N_("How many times larger the picture becomes; fractions such as 1.5 are fine."),
    NUMBER (1, 16, 2), .use = EVERYWHERE },
  { "width", N_("_Width"),
    N_("New width in pixels; 0 keeps it in proportion to the height."),
    WHOLE (0, ACU_MAX_SIDE, 0), .use = ACU_OPTION_GIMP },
  { "height", N_("He_ight"),
    N_("New height in pixels; 0 keeps it in proportion to the width."),
    WHOLE (0, ACU_MAX_SIDE, 0), .use = ACU_OPTION_GIMP },
  { "size", N_("_Size"),
    N_("New size in pixels, such as 3000x2000; leave one number out to keep the proportions."),
    TEXT (NULL), .use = ACU_OPTION_SHELL },
  { "longest", N_("Longest s_ide"),
    N_("New length of the longer side in pixels."),
    WHOLE (0, ACU_MAX_SIDE, 0), .use = ACU_OPTION_SHELL | ACU_OPTION_GIMP },
  { "print", N_("_Print size"),
    N_("Size on paper, such as 20x30cm, 200x300mm or 8x10in; the picture is fitted inside."),
    TEXT (NULL), .use = ACU_OPTION_SHELL },
  { "print-width", N_("Print w_idth"),
    N_("Width on paper in millimetres; the picture is fitted inside."),
    NUMBER (0, 10000, 0), .use = ACU_OPTION_GIMP },
  { "print-height", N_("Print height"),
    N_("Height on paper in millimetres; the picture is fitted inside."),
    NUMBER (0, 10000, 0), .use = ACU_OPTION_GIMP },
  { "resolution", N_("Resolution"),
    N_("Pixels per inch of the print."),
    NUMBER (1, 10000, 300), .use = ACU_OPTION_SHELL | ACU_OPTION_GIMP },
  { "linear-light", N_("Resample in linear light"),
    N_("Mixes colours the way light does when the result is brought to its exact size."),
    YES_NO (1), .use = EVERYWHERE },
  { "device", N_("_Device"),
    N_("What does the computing."),
    CHOICE (devices, "auto"), .prefix = "vulkan:", .use = EVERYWHERE },
  { "precision", N_("_Precision"),
    N_("Fast calculates networks with 16 bits where no eye can see the difference; exact takes about twice as long."),
    CHOICE (precisions, "fast"), .use = EVERYWHERE },
  { "clean", N_("Clea_n up"),
    N_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1. For models that have weights for it, such as the built-in ones for photographs."),
    NUMBER (0, 1, 0), .use = EVERYWHERE },
  { "strength", N_("Stren_gth"),
    N_("How much of the network's result there is, from 0 to 1; the rest is plain bicubic enlargement. Filters ignore it."),
    NUMBER (0, 1, 1), .use = EVERYWHERE },
  { "text", N_("Te_xt"),
    N_("Whether a network for text and logos takes part: where some is found, nowhere, or everywhere. For models that enlarge 2 or 4 times."),
    CHOICE (text_modes, "off"), .use = EVERYWHERE },
  { "text-strength", N_("Text strength"),
    N_("How much of the network for text is blended in, from 0 to 1."),
    NUMBER (0, 1, 1), .use = EVERYWHERE },
  { "faces", N_("F_aces"),
    N_("Whether a network for faces makes the faces that are found, from 10 to 160 pixels wide. Needs the network “faces”, which “acuity models install faces” fetches."),
    CHOICE (faces_modes, "off"), .use = EVERYWHERE },
  { "face-strength", N_("Face strength"),
    N_("How much of the network for faces is blended in, from 0 to 1."),
    NUMBER (0, 1, 1), .use = EVERYWHERE },
  { "seed", N_("Seed"),
    N_("Which of many plausible pictures is made: the same number makes the same one, another number another. For diffusion models; others ignore it."),
    WHOLE (0, G_MAXINT32, 0), .use = EVERYWHERE },
  { "steps", N_("Steps of diffusion"),
    N_("In how many steps a diffusion model makes the picture out of noise, from 4 to 15; 0 for the model's own number. Time grows with it."),
    WHOLE (0, ACU_MAX_STEPS, 0), .use = EVERYWHERE },
  { "consistency", N_("Consistenc_y"),
    N_("How far what a diffusion model makes up is held to the original, from 0 to 1: at 1 the result, made small again, is the original."),
    NUMBER (0, 1, 1), .use = EVERYWHERE },
  { "faithful", N_("Faithful where unsure"),
    N_("How far the result goes back to plain interpolation where the network's work cannot be trusted, from 0 to 1. Takes three times as long."),
    NUMBER (0, 1, 0), .use = EVERYWHERE },
  { "result", N_("R_esult"),
    N_("Where the result goes: this image becomes larger, a new image is made, or new layers, which may be larger than this image, are put on top of it."),
    CHOICE (results, "image"), .use = ACU_OPTION_GIMP },
  { "trust-layer", N_("Trust map as a layer"),
    N_("Adds a hidden layer that shows where the result can be trusted: black is sure, white is made up. Takes three times as long."),
    YES_NO (0), .use = ACU_OPTION_GIMP },
  { "trust", N_("_Trust map"),
    N_("A file for a picture that shows where the result can be trusted: black is sure, white is made up. Takes three times as long."),
    TEXT (NULL), .use = ACU_OPTION_SHELL },
  { "candidates", N_("_Versions"),
    N_("Makes so many versions to choose from, 2 to 8: other seeds, models or strengths; 1 makes just one. Their mean is the safe one."),
    WHOLE (1, 8, 1), .use = ACU_OPTION_SHELL | ACU_OPTION_GIMP },
  { "threads", N_("_Threads"),
    N_("How many processor threads may be used; 0 uses all."),
    WHOLE (0, 256, 0), .use = ACU_OPTION_SHELL },
  { "memory", N_("Memory _limit"),
    N_("The most memory that may be used, such as 2G or 500M; empty for three quarters of what is free."),
    TEXT (NULL), .use = ACU_OPTION_SHELL },
  { NULL }
};

const AcuOption *
acu_options_all (void)
{
  return options;
}

const AcuOption *
acu_option_find (const char *key)
{
  for (const AcuOption *option = options; option->key; option++)
    if (g_str_equal (option->key, key))
      return option;
  return NULL;
}

static gboolean
is_number (const AcuOption *option)
{
  return option->type == ACU_OPTION_DOUBLE || option->type == ACU_OPTION_INT || option->type == ACU_OPTION_BOOLEAN;
}

static gboolean
refuse_number (const AcuOption *option, const char *text, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s must be a number from %.10g to %.10g, not “%s”."), option->key,
               option->minimum, option->maximum, text);
  return FALSE;
}

gboolean
acu_option_check_number (const AcuOption *option, double number, GError **error)
{
  g_autofree char *text = NULL;

  if (number >= option->minimum && number <= option->maximum && (option->type == ACU_OPTION_DOUBLE || number == floor (number)))
    return TRUE;
  text = g_strdup_printf ("%g", number);
  return refuse_number (option, text, error);
}

gboolean
acu_option_check_text (const AcuOption *option, const char *text, double *number, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  char *end;

  if (is_number (option))
    {
      *number = g_ascii_strtod (text, &end);
      return (end != text && !*end && acu_option_check_number (option, *number, NULL)) || refuse_number (option, text, error);
    }
  if (option->type == ACU_OPTION_STRING)
    return TRUE;
  for (const AcuChoice *choice = option->choices; choice->name; choice++)
    {
      if (g_str_equal (choice->name, text))
        return TRUE;
      g_string_append_printf (names, "%s%s", names->len ? ", " : "", choice->name);
    }
  if (option->prefix)
    {
      if (g_str_has_prefix (text, option->prefix) && text[strlen (option->prefix)])
        return TRUE;
      g_string_append_printf (names, ", %s…", option->prefix);
    }
  /* Translators: an option's name, a list of what it can be, what was given. */
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s must be one of: %s; not “%s”."), option->key, names->str, text);
  return FALSE;
}

/* The number of a choice's name within its list; NULL and "" mean the default. -1 with an error. */
static int
choice_of (const char *key, const char *name, GError **error)
{
  const AcuOption *option = acu_option_find (key);
  int i = 0;

  if (!name || !*name)
    name = option->default_text;
  if (!acu_option_check_text (option, name, NULL, error))
    return -1;
  while (!g_str_equal (option->choices[i].name, name))
    i++;
  return i;
}

gboolean
acu_precision_find (const char *name, AcuPrecision *precision, GError **error)
{
  int choice = choice_of ("precision", name, error);

  *precision = MAX (choice, 0);
  return choice >= 0;
}

gboolean
acu_faces_mode_find (const char *name, AcuFacesMode *mode, GError **error)
{
  int choice = choice_of ("faces", name, error);

  *mode = MAX (choice, 0);
  return choice >= 0;
}

gboolean
acu_text_mode_find (const char *name, AcuTextMode *mode, GError **error)
{
  int choice = choice_of ("text", name, error);

  *mode = MAX (choice, 0);
  return choice >= 0;
}
