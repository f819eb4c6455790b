#include "core/service/settings.h"

#include "core/model/json_text.h"
#include "core/service/settings_table.h"
#include "core/service/words.h"
#include "core/worker/pool_bounds.h"

#include <QThread>

namespace signalbox::service {

using namespace Qt::StringLiterals;

namespace {

const SettingRow *find(const QString &name)
{
    for (const SettingRow &row : settingRows())
        if (name == QLatin1StringView(row.name)) return &row;
    return nullptr;
}

tl::unexpected<Error> unknown(const QString &name, const QString &source)
{
    return fail(Error::Kind::Invalid,
                Words::tr("The setting \"%1\" (%2) is not known.").arg(name.left(100), source),
                Words::tr("It may be misspelt, or be of another version."),
                Words::tr("All settings are in docs/configuration.md."));
}

Result<> apply(Settings &settings, const SettingRow &row, const QString &text, const QString &source)
{
    const Result<> applied = row.apply(settings, text);
    if (applied) return {};
    const QString standard = QString::fromLatin1(row.standard);
    return fail(applied.error().kind,
                Words::tr("The setting %1 (%2) cannot be used.").arg(QLatin1StringView(row.name), source),
                applied.error().why,
                standard.isEmpty()
                    ? Words::tr("Correct it, or take it away.")
                    : Words::tr("Correct it, or take it away for the default, %1.").arg(standard));
}

/// A file's values by dotted name, in the order in which they stand there.
class FileReader {
public:
    explicit FileReader(QString fileName) : m_fileName(std::move(fileName)) { }
    Result<> read(Settings &settings, const QByteArray &object, const QString &prefix, int firstLine)
    {
        const Result<QList<JsonMember>> members = jsonMembers(object);
        if (!members)
            return fail(Error::Kind::Invalid,
                        Words::tr("The settings file %1 cannot be read.").arg(m_fileName),
                        members.error().why, Words::tr("It is one JSON object; see docs/configuration.md."));
        for (const JsonMember &member : *members) {
            const int line = firstLine + member.line - 1;
            const QString name = prefix + member.key;
            const Result<> done = jsonKind(member.value) == JsonKind::Object
                ? read(settings, member.value, name + u'.', line)
                : applyMember(settings, name, member, line);
            if (!done) return done;
        }
        return {};
    }

private:
    Result<> applyMember(Settings &settings, const QString &name, const JsonMember &member, int line) const
    {
        const QString source = Words::tr("%1, line %2").arg(m_fileName).arg(line);
        const SettingRow *row = find(name);
        return row ? apply(settings, *row, toPlainText(member.value), source) : unknown(name, source);
    }
    /// Numbers and words as they are written, texts without their quotes, lists as on a command line.
    static QString toPlainText(const QByteArray &value)
    {
        switch (jsonKind(value)) {
        case JsonKind::String:
            return jsonUnquoted(value);
        case JsonKind::Array: {
            QStringList parts;
            for (const QByteArray &element : jsonElements(value).value_or(QList<QByteArray>()))
                parts.append(toPlainText(element));
            return parts.join(u',');
        }
        case JsonKind::Null:
        case JsonKind::Boolean:
        case JsonKind::Number:
        case JsonKind::Object:
            break;
        }
        return QString::fromUtf8(value);
    }
    QString m_fileName;
};

Result<> applyEnvironment(Settings &settings, const Settings::Values &environment)
{
    for (const SettingRow &row : settingRows()) {
        // The systematic name is the more deliberate one, so it comes last and wins.
        for (const QString &variable : {QString::fromLatin1(row.environment), environmentName(row)}) {
            const auto found = environment.constFind(variable);
            if (found == environment.constEnd() || found->isEmpty())
                continue; // FOO= means unset, as in shells
            const Result<> done
                = apply(settings, row, *found, Words::tr("environment variable %1").arg(variable));
            if (!done) return done;
        }
    }
    return {};
}

/// Rules between settings, when all sources have spoken.
Result<> checkTogether(const Settings &settings)
{
    if (settings.pool.heartbeat > worker::PoolBounds::heartbeat(settings.pool.lease).max)
        return fail(
            Error::Kind::Invalid, Words::tr("The setting workers.heartbeat_interval cannot be used."),
            Words::tr("It is more than half of workers.lease, so one that is lost would cost the leases."),
            Words::tr("Make it a third of the lease."));
    return settings.pool.validate().and_then([&] { return settings.retry.validate(); });
}

} // namespace

Result<Settings> Settings::resolve(const Values &commandLine, const Values &environment,
                                   const QByteArray &file, const QString &fileName)
{
    Settings settings;
    if (!file.trimmed().isEmpty()) {
        const Result<> read = FileReader(fileName).read(settings, file, {}, 1);
        if (!read) return tl::unexpected(read.error());
    }
    const Result<> fromEnvironment = applyEnvironment(settings, environment);
    if (!fromEnvironment) return tl::unexpected(fromEnvironment.error());
    for (auto value = commandLine.constBegin(); value != commandLine.constEnd(); ++value) {
        const SettingRow *row = find(value.key());
        const QString source = Words::tr("command line");
        const Result<> done = row ? apply(settings, *row, *value, source) : unknown(value.key(), source);
        if (!done) return tl::unexpected(done.error());
    }
    return checkTogether(settings).map([&] { return settings; });
}

int Settings::workerCount() const
{
    return workers > 0 ? workers : QThread::idealThreadCount();
}

} // namespace signalbox::service
