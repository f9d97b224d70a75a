/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* THE table of user options. The command line, GEGL's properties, GIMP's PDB arguments and the dialogs all
 * read it; an option is added here and nowhere else. */
#ifndef ACU_OPTIONS_H
#define ACU_OPTIONS_H

#include <acuity/api.h>
#include <acuity/upscaler.h>
#include <glib.h>

G_BEGIN_DECLS

typedef enum AcuOptionType
{
  ACU_OPTION_STRING,              /* default_text */
  ACU_OPTION_DOUBLE,              /* minimum, maximum, default_number */
  ACU_OPTION_INT,                 /* the same, whole numbers */
  ACU_OPTION_BOOLEAN,             /* default_number 0 or 1 */
  ACU_OPTION_CHOICE               /* choices, default_text one of their names */
} AcuOptionType;

typedef struct AcuChoice
{
  const char *name;               /* what options, files and PDB calls use */
  const char *label;              /* for people, to be translated */
} AcuChoice;

/* Who shows an option. */
typedef enum AcuOptionUse
{
  ACU_OPTION_SHELL = 1 << 0,
  ACU_OPTION_GEGL = 1 << 1,
  ACU_OPTION_GIMP = 1 << 2
} AcuOptionUse;

typedef struct AcuOption
{
  const char *key;                /* "scale": --scale, property "scale", PDB argument "scale" */
  const char *label;              /* with a mnemonic underscore, to be translated */
  const char *help;               /* one or two plain sentences, to be translated; the tooltip */
  AcuOptionType type;
  double minimum, maximum, default_number;
  const char *default_text;
  const AcuChoice *choices;       /* ended by a NULL name */
  const char *prefix;             /* of choices: names that begin with this are good as well, whether or not there is such a thing; or NULL */
  unsigned use;                   /* AcuOptionUse flags */
} AcuOption;

/* All options in the order in which dialogs and PDB arguments list them; ended by a NULL key. */
ACU_API const AcuOption *acu_options_all (void);

/* The option with that key, or NULL. */
ACU_API const AcuOption *acu_option_find (const char *key);

/* Whether a value may be given to an option: numbers (of booleans: 0 or 1) within their range, whole ones for ACU_OPTION_INT; of choices one of
 * the names, or what has their prefix; any text for ACU_OPTION_STRING. `number` gets the number that a text is; NULL where the option is none.
 * ACU_ERROR_ARGUMENT, one sentence with the option's key. Thread-safe. */
ACU_API gboolean acu_option_check_number (const AcuOption *option, double number, GError **error);
ACU_API gboolean acu_option_check_text (const AcuOption *option, const char *text, double *number, GError **error);

/* What a value of the option "precision" means; NULL and "" mean the default. ACU_ERROR_ARGUMENT for what is none. */
ACU_API gboolean acu_precision_find (const char *name, AcuPrecision *precision, GError **error);
/* The same for "text". */
ACU_API gboolean acu_faces_mode_find (const char *name, AcuFacesMode *mode, GError **error);
ACU_API gboolean acu_text_mode_find (const char *name, AcuTextMode *mode, GError **error);

G_END_DECLS

#endif
