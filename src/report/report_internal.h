/* report_internal.h - all headers of the rooms, for files that are not in one yet. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "analysis/baseline.h"
#include "analysis/streams.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/task.h"
#include "files/guard.h"
#include "files/output.h"
#include "reading/columns.h"
#include "reading/dimensions.h"
#include "reading/filter.h"
#include "reading/load.h"
#include "reading/point.h"
#include "reading/samples.h"

#include "zmqsweep/format.h"
#include "zmqsweep/report.h"
#include "zmqsweep/results.h"
#include "zmqsweep/text.h"

#endif
