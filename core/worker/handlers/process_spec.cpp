#include "core/worker/handlers/process_spec.h"

#include "core/worker/words.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cstdlib>

namespace signalbox::worker {

namespace {

using namespace std::chrono_literals;

constexpr qint64 memoryBytesLeast = 16 * 1024 * 1024; // less, and not even a dynamic loader gets far

Result<> checkProgram(const QString &program)
{
    if (program.isEmpty())
        return failField(u"program", Words::tr("It is missing."),
                         Words::tr("Give the absolute path of a program."));
    if (!program.startsWith(QLatin1Char('/')))
        return failField(u"program", Words::tr("\"%1\" is no absolute path.").arg(program),
                         Words::tr("Give the whole path, such as /usr/bin/python3: it is not searched for."));
    const QFileInfo file(program);
    if (!file.exists())
        return failField(u"program", Words::tr("There is no file %1.").arg(program),
                         Words::tr("Install the program, or correct the path."));
    if (!file.isFile() || !file.isExecutable())
        return failField(
            u"program", Words::tr("%1 is not an executable file.").arg(program),
            Words::tr("Give a program; for a script, its interpreter with the script as argument."));
    return {};
}

Result<> checkArguments(const QStringList &arguments)
{
    for (const QString &argument : arguments)
        if (argument.contains(QChar::Null))
            return failField(u"arguments", Words::tr("One holds a NUL character."),
                             Words::tr("Take it out."));
    return {};
}

Result<> checkFolder(const QString &folder)
{
    if (folder.startsWith(QLatin1Char('/')) && QFileInfo(folder).isDir()) return {};
    return failField(u"working_folder", Words::tr("%1 is no folder with an absolute path.").arg(folder),
                     Words::tr("Give one that exists."));
}

bool isVariableName(const QString &name)
{
    return !name.isEmpty() && !name.contains(QLatin1Char('=')) && !name.contains(QChar::Null);
}

Result<> checkEnvironment(const QStringList &passed, const QMap<QString, QString> &set)
{
    for (const QString &name : passed)
        if (!isVariableName(name))
            return failField(u"environment", Words::tr("\"%1\" is no name of a variable.").arg(name),
                             Words::tr("List names only, such as \"PATH\"."));
    for (auto it = set.begin(); it != set.end(); ++it)
        if (!isVariableName(it.key()) || it.value().contains(QChar::Null))
            return failField(u"set_environment", Words::tr("\"%1\" cannot be set.").arg(it.key()),
                             Words::tr("Names hold no \"=\", names and values no NUL character."));
    return {};
}

Result<> checkLimits(const ProcessSpec &spec)
{
    if (spec.memoryBytesMax != 0 && spec.memoryBytesMax < memoryBytesLeast)
        return failField(u"memory_mb", Words::tr("It is less than 16."),
                         Words::tr("Give 16 or more, or leave it out."));
    if (spec.cpuMax < 0s)
        return failField(u"cpu_s", Words::tr("It is negative."), Words::tr("Give seconds, or leave it out."));
    if (spec.killGrace < 0ms || spec.killGrace > 1h)
        return failField(u"kill_grace_s", Words::tr("It is out of range."),
                         Words::tr("Give 0 to 3600 seconds."));
    return {};
}

} // namespace

Result<> ProcessSpec::validate() const
{
    return checkProgram(program)
        .and_then([this] { return checkArguments(arguments); })
        .and_then([this] { return checkFolder(workingFolder); })
        .and_then([this] { return checkEnvironment(environmentPassed, environmentSet); })
        .and_then([this] { return checkLimits(*this); });
}

QByteArrayList ProcessSpec::environment() const
{
    QMap<QByteArray, QByteArray> values;
    for (const QString &name : environmentPassed) {
        const QByteArray key = QFile::encodeName(name);
        if (qEnvironmentVariableIsSet(key.constData())) values.insert(key, qgetenv(key.constData()));
    }
    for (auto it = environmentSet.begin(); it != environmentSet.end(); ++it)
        values.insert(QFile::encodeName(it.key()), QFile::encodeName(it.value()));
    QByteArrayList lines;
    for (auto it = values.begin(); it != values.end(); ++it) lines.append(it.key() + '=' + it.value());
    return lines;
}

QString ProcessSpec::description() const
{
    return QStringLiteral("process ") + (QStringList{program} + arguments).join(QLatin1Char(' '));
}

} // namespace signalbox::worker
