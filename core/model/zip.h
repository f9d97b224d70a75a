/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reads zip archives in memory whose files are stored as they are, without compression or encryption, where they lie: nothing is unpacked or copied. */
#ifndef ACU_ZIP_H
#define ACU_ZIP_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuZip AcuZip;

/* Reads the list of files of an archive in these bytes, which must outlive it. NULL with *problem, a translated half sentence, when it is damaged; with *problem
 * NULL when there is not enough memory. */
AcuZip *acu_zip_open (const guint8 *bytes, guint64 n, const char **problem);
void acu_zip_free (AcuZip *zip);

/* The folder, with its slash, that has the only file called `name` of those that lie in a folder of the root. g_free(); NULL when there is none, or several. */
char *acu_zip_folder_of (const AcuZip *zip, const char *name);
/* The bytes of a file by its whole path; *size gets their number. NULL when it is not there, or not stored as it is, or does not lie in the archive. */
const guint8 *acu_zip_find (const AcuZip *zip, const char *path, guint64 *size);

G_END_DECLS

#endif
