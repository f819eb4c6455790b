#include "core/local/aof_folder.h"

#include "core/local/words.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace signalbox::local {

using namespace Qt::StringLiterals;

namespace {

constexpr auto usedMark = "has-run"_L1;

struct DataFile {
    QString name;
    qint64 sequence = 0;
    bool isBase = false;
};

std::optional<DataFile> toDataFile(const QString &name)
{
    static const QRegularExpression pattern(uR"(^appendonly\.aof\.(\d{1,18})\.(base|incr)\.(rdb|aof)$)"_s);
    const QRegularExpressionMatch match = pattern.match(name);
    if (!match.hasMatch()) return {};
    return DataFile{name, match.captured(1).toLongLong(), match.captured(2) == u"base"};
}

} // namespace

QStringList AofFolder::dataFiles() const
{
    QStringList names;
    const QStringList all = QDir(path()).entryList(QDir::Files | QDir::NoSymLinks);
    std::copy_if(all.begin(), all.end(), std::back_inserter(names),
                 [](const QString &file) { return toDataFile(file).has_value(); });
    return names;
}

AofFolder::State AofFolder::state() const
{
    if (QFileInfo::exists(manifestPath())) return State::Whole;
    if (!dataFiles().isEmpty()) return State::ManifestMissing;
    return m_folder.has(usedMark) ? State::DataMissing : State::Fresh;
}

Result<QByteArray> AofFolder::buildManifest() const
{
    QList<DataFile> files;
    for (const QString &file : dataFiles()) files.append(*toDataFile(file));
    std::sort(files.begin(), files.end(), [](const DataFile &a, const DataFile &b) {
        return std::pair(!a.isBase, a.sequence) < std::pair(!b.isBase, b.sequence);
    });
    const auto firstIncrement
        = std::find_if(files.begin(), files.end(), [](const DataFile &f) { return !f.isBase; });
    // Two bases are there only in the moment after a rewrite, and a gap means that a file is missing as well:
    // to guess then could bring old data over new.
    bool isClear = firstIncrement - files.begin() <= 1;
    for (auto file = firstIncrement; isClear && file != files.end(); ++file)
        isClear = file->sequence == firstIncrement->sequence + (file - firstIncrement);
    if (!isClear)
        return fail(Error::Kind::Damaged,
                    Words::tr("The private server's data in %1 has lost its manifest.").arg(path()),
                    Words::tr("The files that are left do not say by themselves in which order they belong."),
                    Words::tr("Put the folder back from a backup, or write %1 by hand.")
                        .arg(QLatin1StringView(manifestName)));
    QByteArray text;
    for (const DataFile &file : std::as_const(files))
        text += "file " + file.name.toLatin1() + " seq " + QByteArray::number(file.sequence) + " type "
            + (file.isBase ? "b" : "i") + '\n';
    return text;
}

Result<> AofFolder::writeManifest(const QByteArray &text) const
{
    return PrivateFolder::open(path()).and_then(
        [&](const PrivateFolder &folder) { return folder.write(QLatin1StringView(manifestName), text); });
}

Result<> AofFolder::markUsed() const
{
    if (m_folder.has(usedMark)) return {};
    return m_folder.write(usedMark, "Signalbox' private Redis has kept data here. See appendonlydir.\n");
}

Error AofFolder::dataMissing(const PrivateFolder &folder)
{
    return {Error::Kind::Damaged, Words::tr("The private server's data is gone."),
            Words::tr("A server has run in %1 before, but %2 holds no data file now.")
                .arg(folder.path(), QLatin1StringView(name)),
            Words::tr("Put %1 back from a backup. To begin empty on purpose, delete the file %2.")
                .arg(QLatin1StringView(name), folder.filePath(usedMark))};
}

} // namespace signalbox::local
