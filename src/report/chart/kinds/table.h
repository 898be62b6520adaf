/* table.h - the kinds of pictures, in their order: a new kind is a line here, and a file or a row that
 * defines `kind_NAME`.
 */
#ifndef KINDS_TABLE_H
#define KINDS_TABLE_H

/* KIND(name, what --help says of it) */
#define KINDS_TABLE(KIND)                                                                                    \
    KIND(size, "size: throughput over message size. ")                                                       \
    KIND(rate, "rate: messages per second over size. ")                                                      \
    KIND(scaling, "scaling: throughput over pairs, or over receivers or senders of a group. ")               \
    KIND(loss, "loss: share of messages lost. ")                                                             \
    KIND(cpu, "cpu: processor time per message. ")                                                           \
    KIND(time, "time: the intervals of chosen points. ")                                                     \
    KIND(matrix, "matrix: throughput from host to host. ")

/* The sentences, one after another, for the table of options. */
#define KINDS_HELP_OF(name, help) help
#define KINDS_HELP KINDS_TABLE(KINDS_HELP_OF)

#endif
