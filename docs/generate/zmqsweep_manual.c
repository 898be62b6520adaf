/* zmqsweep_manual.c - writes zmqsweep(1) from the option table; runs at build time and is not
 * installed. Usage: manual DATE VERSION >zmqsweep.1 */
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: manual DATE VERSION\n", stderr);
        return EXIT_USAGE;
    }
    config_print_manual(stdout, plan_presets, argv[1], argv[2]);
    return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}
