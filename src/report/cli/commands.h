/* commands.h - the table of subcommands. */
#ifndef REPORT_CLI_COMMANDS_H
#define REPORT_CLI_COMMANDS_H

#include "command.h"

extern const struct report_command report_commands[];
extern const size_t report_command_count;

#endif
