/* config_internal.h - what the files of src/config share with one another. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include "zmqsweep/config.h"
#include "zmqsweep/text.h"

/* The environment variable of an option is this and its name in capitals: ZMQSWEEP_SEND_MODE. */
#define CONFIG_PREFIX "ZMQSWEEP_"

/* Whether an option may be set by this source: --help, --version and --config belong to the command line,
 * though the environment may name a sweep file; a preset holds nothing but settings of the sweep. */
bool config_source_allowed(enum option_id id, enum setting_source source);

/* The name of an option's environment variable. @return `name`. */
#define CONFIG_NAME_LENGTH 64
const char *config_environment_name(enum option_id id, char name[CONFIG_NAME_LENGTH]);

/* cpus.c: values of OPTION_TYPE_CPUS and OPTION_TYPE_PORTS. @return 0, or -1 with what would be right. */
int config_read_cpus(const char *word, int64_t *value, struct error *error);
int config_read_ports(const char *word, int64_t *value, struct error *error);
void config_write_span(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH]);

/* rate.c: values of OPTION_TYPE_RATE and OPTION_TYPE_LOSS. @return 0, or -1 with what would be right. */
int config_read_rate(const char *word, int64_t *value, struct error *error);
void config_write_rate(int64_t value, char text[CONFIG_WORD_LENGTH]);
int config_read_loss(const char *word, int64_t *value, struct error *error);
void config_write_loss(int64_t value, char text[CONFIG_WORD_LENGTH]);

#endif
