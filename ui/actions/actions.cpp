#include "ui/actions/actions.h"

#include <QtGlobal>

#include <array>
#include <string_view>

namespace signalbox::ui {

#define TEXT(text) QT_TRANSLATE_NOOP("Actions", text)

namespace {

constexpr bool writes = true;
constexpr bool dangerous = true;

// Lower-case keys are safe, upper-case ones (with Shift) are not.
constexpr std::array specs{
    ActionSpec{"show.overview", TEXT("&Overview"), TEXT("What happens now, in one look."), "overview",
               "Ctrl+1"},
    ActionSpec{"show.queues", TEXT("&Queues"), TEXT("A row for each queue."), "queue", "Ctrl+2"},
    ActionSpec{"show.jobs", TEXT("&Jobs"), TEXT("Every job, in all states."), "view-list-text", "Ctrl+3"},
    ActionSpec{"show.dead", TEXT("&Dead letters"), TEXT("Jobs that failed for good and wait for a person."),
               "dead-letter", "Ctrl+4"},
    ActionSpec{"show.workers", TEXT("&Workers"), TEXT("Local workers and those of other machines."), "worker",
               "Ctrl+5"},
    ActionSpec{"show.metrics", TEXT("&Metrics"), TEXT("Throughput, waits, depth and failures over time."),
               "office-chart-line", "Ctrl+6"},
    ActionSpec{"show.activity", TEXT("&Activity"), TEXT("Events and problems, newest first."),
               "appointment-new", "Ctrl+7"},
    ActionSpec{"job.submit", TEXT("&Submit job…"), TEXT("Put a new job into a queue."), "list-add", "Ctrl+N",
               writes},
    ActionSpec{"samples.start", TEXT("Start &sample workload"),
               TEXT("Submit jobs that hash, compress and back up files, and some that fail on purpose."), "",
               "", writes},
    ActionSpec{"palette", TEXT("&Command palette"), TEXT("Every command, found by typing."), "edit-find",
               "Ctrl+K"},
    ActionSpec{"search", TEXT("&Filter this list"), TEXT("Go to the filter box."), "view-filter", "/"},
    ActionSpec{"job.inspect", TEXT("&Inspect"), TEXT("Show all about the selected job."), "", "I"},
    ActionSpec{"inspector.close", TEXT("Close the inspector"), TEXT("Hide the panel at the right."),
               "dialog-close", "Esc"},
    ActionSpec{"refresh", TEXT("&Refresh"), TEXT("Read this page again."), "view-refresh", "F5"},
    ActionSpec{"job.cancel", TEXT("&Cancel"), TEXT("Stop the selected jobs; running ones are asked to end."),
               "dialog-cancel", "C", writes},
    ActionSpec{"job.retry", TEXT("Re&try now"),
               TEXT("Run now what waits for its time, and again what failed."), "view-refresh", "T", writes},
    ActionSpec{"job.requeue", TEXT("&Requeue"), TEXT("Give the selected jobs a fresh start."), "edit-redo",
               "R", writes},
    ActionSpec{"job.requeue_all", TEXT("Requeue all…"),
               TEXT("Give every dead letter of this list a fresh start."), "", "Shift+R", writes, dangerous},
    ActionSpec{"job.delete", TEXT("&Delete…"),
               TEXT("Remove the selected jobs with all that is known of them."), "edit-delete", "Shift+D",
               writes, dangerous},
    ActionSpec{"job.copy_id", TEXT("Copy I&D"), TEXT("Copy the ids of the selected jobs."), "edit-copy",
               "Ctrl+C"},
    ActionSpec{"job.copy_command", TEXT("Copy as command &line"),
               TEXT("Copy a signalboxctl line that shows these jobs."), "", "Ctrl+Shift+C"},
    ActionSpec{"job.select_all", TEXT("Select all &rows"), TEXT("Select every row that is loaded."), "",
               "Ctrl+A"},
    ActionSpec{"workers.start", TEXT("St&art"), TEXT("Start workers in this window's process."),
               "media-playback-start", "", writes},
    ActionSpec{"workers.stop", TEXT("Stop after current &jobs"),
               TEXT("Workers finish the job they have and take no other."), "media-playback-stop", "",
               writes},
    ActionSpec{"workers.stop_now", TEXT("Stop no&w…"),
               TEXT("Interrupt running jobs and give them back to their queue; no attempt is charged."), "",
               "", writes, dangerous},
    ActionSpec{"workers.add", TEXT("One worker more"), TEXT("One more local worker."), "list-add", "Ctrl++",
               writes},
    ActionSpec{"workers.remove", TEXT("One worker fewer"),
               TEXT("One local worker fewer; it finishes its job first."), "list-remove", "Ctrl+-", writes},
    ActionSpec{"queue.pause", TEXT("&Pause…"), TEXT("Workers take no more jobs from this queue."),
               "media-playback-pause", "P", writes},
    ActionSpec{"queue.resume", TEXT("R&esume"), TEXT("Workers take jobs from this queue again."),
               "media-playback-start", "E", writes},
    ActionSpec{"queue.purge", TEXT("Purge…"), TEXT("Delete the jobs of one state from this queue."),
               "edit-delete", "", writes, dangerous},
    ActionSpec{"queue.jobs", TEXT("Show its &jobs"), TEXT("The jobs of this queue."), "view-list-text", ""},
    ActionSpec{"theme.desktop", TEXT("As the &desktop"), TEXT("Light or dark as the desktop says."), "", ""},
    ActionSpec{"theme.light", TEXT("&Light"), TEXT("Always light."), "", ""},
    ActionSpec{"theme.dark", TEXT("D&ark"), TEXT("Always dark."), "", ""},
    ActionSpec{"rows.comfortable", TEXT("Comfortable &rows"), TEXT("Higher rows in every table."), "", ""},
    ActionSpec{"help.shortcuts", TEXT("&Keyboard shortcuts"), TEXT("Every shortcut of the window."), "",
               "F1"},
    ActionSpec{"help.about", TEXT("A&bout Signalbox"), TEXT("Version and licence."), "help-about", ""},
    ActionSpec{"quit", TEXT("&Quit"), TEXT("Close the window; local workers finish their jobs first."),
               "application-exit", "Ctrl+Q"},
};

constexpr const ActionSpec &spec(std::string_view id)
{
    for (const ActionSpec &candidate : specs) {
        if (candidate.id == id) return candidate;
    }
    throw "there is no such action"; // never compiled into a constant: a wrong id does not build
}

} // namespace

std::span<const ActionSpec> consoleActions()
{
    return specs;
}

namespace action {

#define SPEC(name, id) constinit const ActionSpec &name = spec(id)
SPEC(showOverview, "show.overview");
SPEC(showQueues, "show.queues");
SPEC(showJobs, "show.jobs");
SPEC(showDeadLetters, "show.dead");
SPEC(showWorkers, "show.workers");
SPEC(showMetrics, "show.metrics");
SPEC(showActivity, "show.activity");
SPEC(submitJob, "job.submit");
SPEC(startSamples, "samples.start");
SPEC(palette, "palette");
SPEC(search, "search");
SPEC(inspect, "job.inspect");
SPEC(closeInspector, "inspector.close");
SPEC(refresh, "refresh");
SPEC(cancel, "job.cancel");
SPEC(retry, "job.retry");
SPEC(requeue, "job.requeue");
SPEC(requeueAll, "job.requeue_all");
SPEC(remove, "job.delete");
SPEC(copyId, "job.copy_id");
SPEC(copyCommand, "job.copy_command");
SPEC(selectAllRows, "job.select_all");
SPEC(startWorkers, "workers.start");
SPEC(stopWorkers, "workers.stop");
SPEC(stopWorkersNow, "workers.stop_now");
SPEC(addWorker, "workers.add");
SPEC(removeWorker, "workers.remove");
SPEC(pauseQueue, "queue.pause");
SPEC(resumeQueue, "queue.resume");
SPEC(purgeQueue, "queue.purge");
SPEC(showQueueJobs, "queue.jobs");
SPEC(followDesktop, "theme.desktop");
SPEC(lightTheme, "theme.light");
SPEC(darkTheme, "theme.dark");
SPEC(comfortableRows, "rows.comfortable");
SPEC(shortcuts, "help.shortcuts");
SPEC(about, "help.about");
SPEC(quit, "quit");
#undef SPEC

} // namespace action

} // namespace signalbox::ui
