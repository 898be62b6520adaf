/* processor.c - the name of a processor, from the text of /proc/cpuinfo. */
#include "facts/processor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of MIDR_EL1 (Arm Architecture Reference Manual, D17). Part numbers are in the technical
 * reference manual of each core; those of cores that clusters, clouds and laptops have. */
static const struct {
    unsigned long id;
    const char *name;
} implementers[] = {
    {0x41, "Arm"},       {0x42, "Broadcom"},  {0x43, "Cavium"},  {0x46, "Fujitsu"},
    {0x48, "HiSilicon"}, {0x4e, "NVIDIA"},    {0x50, "APM"},     {0x51, "Qualcomm"},
    {0x61, "Apple"},     {0x6d, "Microsoft"}, {0x70, "Phytium"}, {0xc0, "Ampere"},
};

static const struct {
    unsigned long implementer, part;
    const char *name;
} parts[] = {
    {0x41, 0xd03, "Cortex-A53"},
    {0x41, 0xd05, "Cortex-A55"},
    {0x41, 0xd07, "Cortex-A57"},
    {0x41, 0xd08, "Cortex-A72"},
    {0x41, 0xd09, "Cortex-A73"},
    {0x41, 0xd0b, "Cortex-A76"},
    {0x41, 0xd41, "Cortex-A78"},
    {0x41, 0xd42, "Cortex-A78AE"},
    {0x41, 0xd0c, "Neoverse-N1"},
    {0x41, 0xd49, "Neoverse-N2"},
    {0x41, 0xd8e, "Neoverse-N3"},
    {0x41, 0xd40, "Neoverse-V1"},
    {0x41, 0xd4f, "Neoverse-V2"},
    {0x41, 0xd84, "Neoverse-V3"},
    {0x41, 0xd4a, "Neoverse-E1"},
    {0x42, 0x516, "ThunderX2"},
    {0x43, 0x0a1, "ThunderX"},
    {0x43, 0x0af, "ThunderX2"},
    {0x43, 0x0b8, "ThunderX3"},
    {0x46, 0x001, "A64FX"},
    {0x48, 0xd01, "Kunpeng-920"},
    {0x50, 0x000, "X-Gene"},
    {0x51, 0xc00, "Falkor"},
    {0x4e, 0x004, "Carmel"},
    {0x61, 0x022, "M1 Icestorm"},
    {0x61, 0x023, "M1 Firestorm"},
    {0x61, 0x032, "M2 Blizzard"},
    {0x61, 0x033, "M2 Avalanche"},
    {0x6d, 0xd49, "Azure Cobalt 100 (Neoverse-N2)"},
    {0x70, 0x662, "FTC662"},
    {0x70, 0x663, "FTC663"},
    {0xc0, 0xac3, "AmpereOne"},
    {0xc0, 0xac4, "AmpereOne A"},
};

/* Copies the value of a line "key : value". @return true when the line has this key. */
static bool take_value(const char *line, const char *key, char *value, size_t length)
{
    const size_t bytes = strcspn(line, "\n"), name = strlen(key);
    const char *at = line + name;
    if (bytes <= name || strncmp(line, key, name) != 0) {
        return false;
    }
    at += strspn(at, " \t");
    if (*at != ':') {
        return false;
    }
    at++;
    at += strspn(at, " \t");
    snprintf(value, length, "%.*s", (int)strcspn(at, "\n"), at);
    return *value != '\0';
}

/* Copies the value of the first line with this key. */
static bool find_value(const char *cpuinfo, const char *key, char *value, size_t length)
{
    for (const char *line = cpuinfo; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (take_value(line, key, value, length)) {
            return true;
        }
    }
    return false;
}

static void name_part(unsigned long implementer, unsigned long part, char *text, size_t length)
{
    const char *maker = NULL;
    for (size_t i = 0; i < sizeof implementers / sizeof *implementers; i++) {
        maker = implementers[i].id == implementer ? implementers[i].name : maker;
    }
    for (size_t i = 0; maker && i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].implementer == implementer && parts[i].part == part) {
            snprintf(text, length, "%s %s", maker, parts[i].name);
            return;
        }
    }
    if (maker) {
        snprintf(text, length, "%s part 0x%lx", maker, part);
    } else {
        snprintf(text, length, "arm64 implementer 0x%lx part 0x%lx", implementer, part);
    }
}

/* Joins the names of all kinds of cores, in their order. */
static void name_parts(const char *cpuinfo, char *text, size_t length)
{
    unsigned long implementer = 0;
    char value[64], name[64];
    for (const char *line = cpuinfo; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (take_value(line, "CPU implementer", value, sizeof value)) {
            implementer = strtoul(value, NULL, 0);
        } else if (take_value(line, "CPU part", value, sizeof value)) {
            name_part(implementer, strtoul(value, NULL, 0), name, sizeof name);
            if (!strstr(text, name)) {
                const size_t used = strlen(text);
                snprintf(text + used, length - used, "%s%s", used ? " + " : "", name);
            }
        }
    }
}

const char *processor_name(const char *cpuinfo, char *text, size_t length)
{
    /* x86; loongarch; ppc64le; riscv (newer kernels, then older ones) */
    static const char *const keys[] = {"model name", "Model Name", "cpu", "uarch"};
    char value[128];
    *text = '\0';
    name_parts(cpuinfo, text, length);
    for (size_t i = 0; !*text && i < sizeof keys / sizeof *keys; i++) {
        if (find_value(cpuinfo, keys[i], value, sizeof value)) {
            snprintf(text, length, "%s", value);
        }
    }
    if (!*text && find_value(cpuinfo, "isa", value, sizeof value)) {
        snprintf(text, length, "RISC-V %.*s", (int)strcspn(value, "_"), value);
    }
    return text;
}
