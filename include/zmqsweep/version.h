/* version.h - which version of zmqsweep this is. */
#ifndef ZMQSWEEP_VERSION_H
#define ZMQSWEEP_VERSION_H

/* The commit that the programs are built from, such as 1a2b3c4d5e, or 1a2b3c4d5e-dirty where files
 * differ from it. Empty where neither git nor the tarball says. */
const char *version_commit(void);

/* The version with what is known besides: "0.3.0 (commit 1a2b3c4d5e, libzmq 4.3.4)". `library` is
 * the last part, or NULL. @return `text`. */
#define VERSION_LENGTH 128
const char *version_describe(const char *library, char text[VERSION_LENGTH]);

#endif
