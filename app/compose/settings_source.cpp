#include "app/compose/settings_source.h"

#include "app/compose/words.h"

#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace signalbox::compose {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 settingsBytesMax = 1024 * 1024;

Result<QByteArray> readSettingsFile(const QString &path, bool mustExist)
{
    QFile file(path);
    if (!file.exists() && !mustExist) return QByteArray();
    if (!file.open(QIODevice::ReadOnly))
        return fail(file.exists() ? Error::Kind::Unauthorised : Error::Kind::NotFound,
                    Words::tr("The settings file %1 cannot be read.").arg(path), file.errorString(),
                    Words::tr("Correct its name or its rights."));
    if (file.size() > settingsBytesMax)
        return fail(Error::Kind::Invalid, Words::tr("The settings file %1 cannot be read.").arg(path),
                    Words::tr("It is larger than 1 MiB."), Words::tr("Name the right file."));
    return file.readAll();
}

service::Settings::Values toValues(const QProcessEnvironment &environment)
{
    service::Settings::Values values;
    for (const QString &name : environment.keys()) values.insert(name, environment.value(name));
    return values;
}

} // namespace

QString configurationFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + u"/signalbox"_s;
}

Result<service::Settings> loadSettings(const service::Settings::Values &commandLine,
                                       const SettingsSource &source)
{
    QString path = source.file.isEmpty() ? source.environment.value(u"SIGNALBOX_SETTINGS"_s) : source.file;
    const bool isNamed = !path.isEmpty();
    if (!isNamed) path = configurationFolder() + u"/settings.json"_s;
    const Result<QByteArray> file = readSettingsFile(path, isNamed);
    if (!file) return tl::unexpected(file.error());
    Result<service::Settings> settings
        = service::Settings::resolve(commandLine, toValues(source.environment), *file, path);
    if (!settings) return settings;
    const QString beside = configurationFolder() + u"/handlers.json"_s;
    if (settings->handlersFile.isEmpty() && QFileInfo::exists(beside)) settings->handlersFile = beside;
    return settings;
}

} // namespace signalbox::compose
