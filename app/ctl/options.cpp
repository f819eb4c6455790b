#include "app/ctl/options.h"

#include "app/ctl/words.h"
#include "core/model/duration_input.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// A refusal in CLI11's way; main() says it as every other error.
[[noreturn]] void refuse(const std::string &option, const Error &error)
{
    throw CLI::ValidationError(option, (error.what + u' ' + error.why).trimmed().toStdString());
}

Error atPlace(const FilterFault &fault)
{
    Error error = fault.error;
    error.why = Words::tr("At character %1: %2 %3").arg(fault.begin + 1).arg(error.why, error.todo);
    return error;
}

} // namespace

CLI::Option *addText(CLI::App &app, const std::string &name, QString &to, const std::string &description)
{
    return app.add_option_function<std::string>(
        name, [&to](const std::string &text) { to = QString::fromStdString(text); }, description);
}

CLI::Option *addTexts(CLI::App &app, const std::string &name, QStringList &to, const std::string &description)
{
    return app.add_option_function<std::vector<std::string>>(
        name,
        [&to](const std::vector<std::string> &texts) {
            for (const std::string &text : texts) to.append(QString::fromStdString(text));
        },
        description);
}

CLI::Option *addDuration(CLI::App &app, const std::string &name, std::optional<std::chrono::milliseconds> &to,
                         const std::string &description)
{
    return app
        .add_option_function<std::string>(
            name,
            [&to, name](const std::string &text) {
                const Result<std::chrono::milliseconds> duration
                    = durationFromText(QString::fromStdString(text));
                if (!duration) refuse(name, duration.error());
                to = *duration;
            },
            description)
        ->type_name("SECONDS");
}

CLI::Option *addIds(CLI::App &app, QList<JobId> &to, const std::string &description)
{
    return app
        .add_option_function<std::vector<std::string>>(
            "ID",
            [&to](const std::vector<std::string> &texts) {
                for (const std::string &text : texts) {
                    const Result<JobId> id = JobId::fromText(QString::fromStdString(text));
                    if (!id) refuse("ID", id.error());
                    if (!to.contains(*id)) to.append(*id); // twice is once
                }
            },
            description)
        ->type_name("UUID");
}

CLI::Option *addFilter(CLI::App &app, JobFilter &to)
{
    return app
        .add_option_function<std::string>(
            "--filter",
            [&to](const std::string &text) {
                const auto filter = JobFilter::fromText(QString::fromStdString(text));
                if (!filter) refuse("--filter", atPlace(filter.error()));
                to = *filter;
            },
            "Only what this matches: words, state: queue: handler: priority: tag: id: name: error: args: "
            "worker: "
            "created: started: ended: due:, each also with - before it")
        ->type_name("FILTER");
}

Result<std::chrono::milliseconds> durationFromText(QStringView text)
{
    if (const std::optional<std::chrono::milliseconds> duration = durationFromInput(text)) return *duration;
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is no duration.").arg(text.left(40)),
                Words::tr("Write seconds, or a unit: 90, 1.5, 500ms, 5m, 2h, 1d."), {});
}

} // namespace signalbox::ctl
