/* traffic_members.h - who belongs to the run: set once per process, before any traffic is opened.
 */
#ifndef ZMQSWEEP_TRAFFIC_MEMBERS_H
#define ZMQSWEEP_TRAFFIC_MEMBERS_H

#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stdint.h>

#define TRAFFIC_PASSWORD_LENGTH 65
#define TRAFFIC_KEY_LENGTH 41
/* Was this libzmq built with CURVE? */
bool traffic_has_curve(void);
/* A random password for one run: 256 bits from the kernel, in hexadecimal. @return 0, or -1 with
 * `error`. */
int traffic_make_password(char password[TRAFFIC_PASSWORD_LENGTH], struct error *error);
/* Makes this process's CURVE key pair; the secret key stays inside. The public one is Z85, "" when
 * libzmq has no CURVE. @return 0, or -1 with `error`. */
int traffic_make_keys(char public_key[TRAFFIC_KEY_LENGTH], struct error *error);
/* From now on only peers that know this password, or have one of these keys (one for each rank),
 * are admitted. @return 0, or -1 with `error`. */
int traffic_admit_members(const char *password, const char (*public_keys)[TRAFFIC_KEY_LENGTH],
                          int32_t members, struct error *error);
/* Wipes and frees the password and all keys. */
void traffic_forget_members(void);

#endif
