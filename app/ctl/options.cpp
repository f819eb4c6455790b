#include "app/ctl/options.h"

#include "app/ctl/words.h"

#include <QLocale>

#include <array>
#include <cmath>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// A refusal in CLI11's way; main() says it as every other error.
[[noreturn]] void refuse(const std::string &option, const Error &error)
{
    throw CLI::ValidationError(option, (error.what + u' ' + error.why).trimmed().toStdString());
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

Result<std::chrono::milliseconds> durationFromText(QStringView text)
{
    struct Unit {
        QStringView suffix;
        double milliseconds;
    };
    static constexpr std::array units{Unit{u"ms", 1},        Unit{u"s", 1000},       Unit{u"m", 60'000},
                                      Unit{u"h", 3'600'000}, Unit{u"d", 86'400'000}, Unit{u"", 1000}};
    constexpr double secondsMax = 1e9; // as a job's own durations
    const auto unit
        = std::find_if(units.begin(), units.end(), [&](const Unit &u) { return text.endsWith(u.suffix); });
    bool isNumber = false;
    const double number = QLocale::c().toDouble(text.chopped(unit->suffix.size()).trimmed(), &isNumber);
    const double milliseconds = number * unit->milliseconds;
    if (isNumber && std::isfinite(milliseconds) && milliseconds >= 0 && milliseconds <= secondsMax * 1000)
        return std::chrono::milliseconds(static_cast<qint64>(std::ceil(milliseconds)));
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is no duration.").arg(text.left(40)),
                Words::tr("Write seconds, or a unit: 90, 1.5, 500ms, 5m, 2h, 1d."), {});
}

} // namespace signalbox::ctl
