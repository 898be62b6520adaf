/* zmqreport_manual.c - writes the manual page of zmqreport while the project is built: manual DATE
 * VERSION > zmqreport.1 */
#include "zmqsweep/report.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s DATE VERSION\n", argv[0]);
        return EXIT_USAGE;
    }
    report_print_manual(stdout, argv[1], argv[2]);
    return ferror(stdout) || fclose(stdout) ? EXIT_FAILED : EXIT_OK;
}
