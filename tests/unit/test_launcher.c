/* test_launcher.c - which launcher, and which processor: environments and texts of /proc/cpuinfo as
 * other machines have them. */
#include "zmqsweep/launcher.h"

#include "facts/processor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define OPEN_MPI_4 "Open MPI v4.1.4"
#define OPEN_MPI_5 "Open MPI v5.0.7"
#define MPICH "MPICH Version:\t4.0.2"
#define INTEL "Intel(R) MPI Library 2021.5 for Linux* OS"
#define CRAY "MPI VERSION    : CRAY MPICH version 8.1.4.31 (ANL base 3.4a2)"

#define UNDER_OPEN_MPI(SIZE, RANK)                                                                 \
    "OMPI_COMM_WORLD_SIZE=" SIZE, "OMPI_COMM_WORLD_RANK=" RANK, "PMIX_RANK=" RANK
#define UNDER_HYDRA(SIZE, RANK)                                                                    \
    "PMI_SIZE=" SIZE, "PMI_RANK=" RANK, "PMI_FD=6", "MPI_LOCALNRANKS=" SIZE
#define STEP(TASKS, RANK)                                                                          \
    "SLURM_NTASKS=" TASKS, "SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=" TASKS, "SLURM_PROCID=" RANK

enum { BEFORE = 0 }; /* MPI has not started */

/* What a process has in its environment, what its MPI says, and what comes of it. */
struct situation {
    const char *what;
    const char *environment[12];
    const char *mpi;
    int32_t ranks; /* in MPI_COMM_WORLD, or BEFORE */
    enum launcher launcher;
    bool silent;          /* not the process that prints */
    const char *words[3]; /* of the line; none: nothing is wrong */
};

static const struct situation situations[] = {
    /* ---- as it should be ---- */
    {"no launcher", {"HOME=/root"}, OPEN_MPI_4, 1, LAUNCHER_NONE, false, {NULL}},
    {"Open MPI", {UNDER_OPEN_MPI("3", "0")}, OPEN_MPI_4, 3, LAUNCHER_OPEN_MPI, false, {NULL}},
    {"Open MPI, rank 2",
     {UNDER_OPEN_MPI("3", "2")},
     OPEN_MPI_4,
     3,
     LAUNCHER_OPEN_MPI,
     true,
     {NULL}},
    {"before MPI_Init",
     {UNDER_OPEN_MPI("3", "0")},
     OPEN_MPI_5,
     BEFORE,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    {"MPICH", {UNDER_HYDRA("3", "0")}, MPICH, 3, LAUNCHER_HYDRA, false, {NULL}},
    {"Intel MPI",
     {UNDER_HYDRA("3", "0"), "I_MPI_ROOT=/opt"},
     INTEL,
     3,
     LAUNCHER_HYDRA,
     false,
     {NULL}},
    {"srun --mpi=pmix",
     {STEP("3", "0"), "PMIX_RANK=0", "PMIX_NAMESPACE=s"},
     OPEN_MPI_4,
     3,
     LAUNCHER_SRUN,
     false,
     {NULL}},
    {"srun --mpi=pmi2",
     {STEP("3", "0"), "PMI_FD=9", "PMI_RANK=0", "PMI_SIZE=3"},
     MPICH,
     3,
     LAUNCHER_SRUN,
     false,
     {NULL}},
    {"srun, and Slurm's libpmi", {STEP("3", "0")}, INTEL, 3, LAUNCHER_SRUN, false, {NULL}},
    {"PALS", {"PALS_RANKID=0", "PMI_RANK=0", "PMI_SIZE=4"}, CRAY, 4, LAUNCHER_PALS, false, {NULL}},
    {"flux",
     {"FLUX_TASK_RANK=0", "PMI_FD=5", "PMI_RANK=0", "PMI_SIZE=4"},
     OPEN_MPI_4,
     BEFORE,
     LAUNCHER_OTHER,
     false,
     {NULL}},
    /* ---- one rank was asked for: no mistake of the launcher's ---- */
    {"mpirun -n 1", {UNDER_OPEN_MPI("1", "0")}, OPEN_MPI_4, 1, LAUNCHER_OPEN_MPI, false, {NULL}},
    {"of another MPI, -n 1", {UNDER_HYDRA("1", "0")}, OPEN_MPI_4, 1, LAUNCHER_HYDRA, false, {NULL}},
    {"srun -n 1 without PMI", {STEP("1", "0")}, OPEN_MPI_4, 1, LAUNCHER_NONE, false, {NULL}},
    /* ---- inside something else ---- */
    {"a batch script",
     {"SLURM_NTASKS=8", "SLURM_PROCID=0", "SLURM_JOB_ID=7"},
     OPEN_MPI_4,
     1,
     LAUNCHER_NONE,
     false,
     {NULL}},
    {"mpirun -n 3 in it",
     {"SLURM_NTASKS=8", "SLURM_PROCID=0", UNDER_OPEN_MPI("3", "0")},
     OPEN_MPI_4,
     3,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    {"mpirun -n 1 in it, a remote node",
     {STEP("4", "2"), UNDER_OPEN_MPI("1", "0")},
     OPEN_MPI_4,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    {"hydra's -n 1 over srun",
     {STEP("4", "2"), UNDER_HYDRA("1", "0")},
     MPICH,
     1,
     LAUNCHER_HYDRA,
     false,
     {NULL}},
    {"a shell by srun --pty",
     {STEP("4", "0"), "SLURM_PTY_PORT=999"},
     OPEN_MPI_4,
     1,
     LAUNCHER_NONE,
     false,
     {NULL}},
    {"hydra's -n 1 in a job of Open MPI",
     {UNDER_OPEN_MPI("4", "3"), UNDER_HYDRA("1", "0")},
     MPICH,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    {"hydra's -n 3 in a job of Open MPI",
     {UNDER_OPEN_MPI("4", "3"), UNDER_HYDRA("3", "0")},
     MPICH,
     3,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    {"a part of a larger job",
     {STEP("2", "1"), "PMIX_RANK=1"},
     OPEN_MPI_4,
     3,
     LAUNCHER_SRUN,
     true,
     {NULL}},
    {"sizes that are no numbers",
     {"OMPI_COMM_WORLD_SIZE=many", "PMI_SIZE=-3"},
     OPEN_MPI_4,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {NULL}},
    /* ---- it does not go together ---- */
    {"MPICH's under Open MPI's",
     {UNDER_OPEN_MPI("3", "0")},
     MPICH,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {"Open MPI's mpirun started 3", "MPICH 4.0.2", "with MPICH's mpirun"}},
    {"... in Slurm, a remote node",
     {STEP("2", "0"), UNDER_OPEN_MPI("3", "2")},
     MPICH,
     1,
     LAUNCHER_OPEN_MPI,
     true,
     {"Open MPI's mpirun started 3", "MPICH 4.0.2", "with MPICH's mpirun"}},
    {"Intel's under Open MPI's",
     {UNDER_OPEN_MPI("2", "0")},
     INTEL,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {"Open MPI's mpirun started 2", "Intel MPI 2021.5", "with Intel MPI's mpirun"}},
    {"Open MPI's under MPICH's",
     {UNDER_HYDRA("3", "0")},
     OPEN_MPI_4,
     1,
     LAUNCHER_HYDRA,
     false,
     {"hydra", "Open MPI 4.1.4", "with Open MPI's mpirun"}},
    {"... before it prints",
     {UNDER_HYDRA("3", "1")},
     OPEN_MPI_5,
     BEFORE,
     LAUNCHER_HYDRA,
     true,
     {"hydra", "Open MPI 5.0.7", "with Open MPI's mpirun"}},
    {"Open MPI's under an older one's",
     {UNDER_OPEN_MPI("3", "0")},
     OPEN_MPI_5,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {"another installation", "Open MPI 5.0.7", "with Open MPI's mpirun"}},
    {"srun without PMI, before it aborts",
     {STEP("3", "0")},
     OPEN_MPI_4,
     BEFORE,
     LAUNCHER_SRUN,
     false,
     {"srun started 3", "without PMIx or PMI", "srun --mpi=pmix, or with Open MPI's mpirun"}},
    {"srun without PMI, MPICH",
     {STEP("3", "2")},
     MPICH,
     1,
     LAUNCHER_SRUN,
     true,
     {"srun started 3", "without PMIx or PMI", "srun --mpi=pmi2, or with MPICH's mpirun"}},
    {"srun with PMI 2",
     {STEP("3", "0"), "PMI_FD=9", "PMI_RANK=0", "PMI_SIZE=3"},
     OPEN_MPI_5,
     BEFORE,
     LAUNCHER_SRUN,
     false,
     {"with PMI, not PMIx", "Open MPI 5.0.7", "srun --mpi=pmix"}},
    {"srun with PMIx, MPICH",
     {STEP("3", "0"), "PMIX_RANK=0"},
     MPICH,
     1,
     LAUNCHER_SRUN,
     false,
     {"with PMIx", "MPICH 4.0.2", "srun --mpi=pmi2"}},
    {"srun with PMIx, Intel",
     {STEP("3", "0"), "PMIX_RANK=0"},
     INTEL,
     1,
     LAUNCHER_SRUN,
     false,
     {"with PMIx", "Intel MPI 2021.5", "I_MPI_PMI_LIBRARY"}},
    {"srun with another PMIx",
     {STEP("3", "0"), "PMIX_RANK=0"},
     OPEN_MPI_4,
     1,
     LAUNCHER_SRUN,
     false,
     {"another installation", "start it with Open MPI's mpirun", "each is alone"}},
    {"PALS, and MPI of another kind",
     {"PALS_RANKID=0", "PMI_RANK=0", "PMI_SIZE=4"},
     OPEN_MPI_4,
     1,
     LAUNCHER_PALS,
     false,
     {"PALS's mpiexec started 4", "Open MPI 4.1.4", "with Open MPI's mpirun"}},
    {"another's job around it",
     {UNDER_OPEN_MPI("4", "3"), UNDER_HYDRA("3", "0")},
     OPEN_MPI_4,
     1,
     LAUNCHER_OPEN_MPI,
     false,
     {"started 3", "Open MPI 4.1.4", "with Open MPI's mpirun"}},
};

static void check(const struct situation *given)
{
    struct launch launch;
    struct error error = {""};
    launcher_read((char *const *)given->environment, &launch);
    int refused = launcher_check(&launch, given->mpi, false, given->ranks, &error);
    if (launch.launcher != given->launcher || launch.prints == given->silent ||
        !refused != !given->words[0]) {
        fail_msg("%s: launcher %d, %s, %s", given->what, launch.launcher,
                 launch.prints ? "prints" : "silent", refused ? error.text : "nothing is wrong");
    }
    for (size_t i = 0; i < 3 && given->words[i]; i++) {
        if (!strstr(error.text, given->words[i])) {
            fail_msg("%s: no \"%s\" in: %s", given->what, given->words[i], error.text);
        }
    }
}

static void a_wrong_launcher_is_named_and_no_right_one_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        check(&situations[i]);
    }
}

static void open_mpi_with_slurms_own_pmi_may_start(void **state)
{
    const char *environment[] = {STEP("3", "0"), NULL};
    struct launch launch;
    (void)state;
    launcher_read((char *const *)environment, &launch);
    assert_int_equal(launcher_check(&launch, OPEN_MPI_4, true, BEFORE, NULL), 0);
    assert_int_equal(launcher_check(&launch, OPEN_MPI_4, true, 3, NULL), 0);
    assert_int_equal(launcher_check(&launch, OPEN_MPI_4, true, 1, NULL), -1);
}

static void an_mpi_has_a_short_name(void **state)
{
    static const char *const names[][2] = {
        {OPEN_MPI_4, "Open MPI 4.1.4"},
        {MPICH, "MPICH 4.0.2"},
        {INTEL, "Intel MPI 2021.5"},
        {CRAY, "Cray MPICH 8.1.4.31"},
        {"MVAPICH2 Version      :\t2.3.7", "MVAPICH2 2.3.7"},
        {"MVAPICH Version:\t3.0", "MVAPICH 3.0"},
        {"MPICH", "MPICH"},
        {"something 7", "this MPI"},
        {"", "this MPI"},
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_string_equal(launcher_mpi_name(names[i][0], text, sizeof text), names[i][1]);
    }
}

static void hints_name_options_that_the_launcher_has(void **state)
{
    (void)state;
    assert_non_null(strstr(launcher_unbind_hint(LAUNCHER_OPEN_MPI), "mpirun with --bind-to none"));
    assert_non_null(strstr(launcher_unbind_hint(LAUNCHER_HYDRA), "mpirun with -bind-to none"));
    assert_null(strstr(launcher_unbind_hint(LAUNCHER_HYDRA), "--map-by"));
    assert_non_null(strstr(launcher_unbind_hint(LAUNCHER_SRUN), "srun with --cpu-bind=none"));
    assert_null(strstr(launcher_unbind_hint(LAUNCHER_OTHER), "--"));
}

/* ---- processors ---- */

static void a_processor_has_a_name_on_every_architecture(void **state)
{
    static const char *const texts[][2] = {
        {"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
         "model name\t: Intel(R) Xeon(R) Platinum 8358 CPU @ 2.60GHz\nstepping\t: 6\n\n",
         "Intel(R) Xeon(R) Platinum 8358 CPU @ 2.60GHz"},
        {"processor\t: 0\nBogoMIPS\t: 2000.00\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\n"
         "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd4f\nCPU revision\t: 0\n\n",
         "Arm Neoverse-V2"},
        {"CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "Arm Neoverse-N1"},
        {"CPU implementer\t: 0x41\nCPU part\t: 0xd40\n", "Arm Neoverse-V1"},
        {"CPU implementer\t: 0x41\nCPU part\t: 0xd49\n", "Arm Neoverse-N2"},
        {"CPU implementer\t: 0x46\nCPU part\t: 0x001\n", "Fujitsu A64FX"},
        {"CPU implementer\t: 0x43\nCPU part\t: 0x0af\n", "Cavium ThunderX2"},
        {"CPU implementer\t: 0x48\nCPU part\t: 0xd01\n", "HiSilicon Kunpeng-920"},
        {"processor\t: 0\nCPU implementer\t: 0x61\nCPU part\t: 0x022\n\n"
         "processor\t: 1\nCPU implementer\t: 0x61\nCPU part\t: 0x023\n\n"
         "processor\t: 2\nCPU implementer\t: 0x61\nCPU part\t: 0x023\n",
         "Apple M1 Icestorm + Apple M1 Firestorm"},
        {"CPU implementer\t: 0x41\nCPU part\t: 0xd99\n", "Arm part 0xd99"},
        {"CPU implementer\t: 0x99\nCPU part\t: 0x001\n", "arm64 implementer 0x99 part 0x1"},
        {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2300.000000MHz\n"
         "revision\t: 2.2 (pvr 004e 1202)\n\n",
         "POWER9, altivec supported"},
        {"processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc_zicsr\nmmu\t\t: sv39\n"
         "uarch\t\t: sifive,u74-mc\n\n",
         "sifive,u74-mc"},
        {"processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc_zicsr\nmmu\t\t: sv39\n\n",
         "RISC-V rv64imafdc"},
        {"processor\t: 0\nmodel name\t: \n", ""},
        {"model name", ""},
        {"", ""},
    };
    char text[96];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_string_equal(processor_name(texts[i][0], text, sizeof text), texts[i][1]);
    }
}

static void a_long_name_is_cut(void **state)
{
    char text[12];
    (void)state;
    processor_name("CPU implementer\t: 0x61\nCPU part\t: 0x022\nCPU part\t: 0x023\n", text,
                   sizeof text);
    assert_string_equal(text, "Apple M1 Ic");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_launcher_is_named_and_no_right_one_is),
        cmocka_unit_test(open_mpi_with_slurms_own_pmi_may_start),
        cmocka_unit_test(an_mpi_has_a_short_name),
        cmocka_unit_test(hints_name_options_that_the_launcher_has),
        cmocka_unit_test(a_processor_has_a_name_on_every_architecture),
        cmocka_unit_test(a_long_name_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
