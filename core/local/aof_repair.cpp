#include "core/local/aof_repair.h"

#include "core/local/program_run.h"
#include "core/local/words.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>

#include <array>

namespace signalbox::local {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 scannedBytesMax = 4 * 1024 * 1024; // of what was dropped, for the jobs it names
constexpr qsizetype namedJobsMax = 5;

/// The ids of jobs that stand in the part of a file that was cut off.
QStringList jobsIn(const QString &path, qint64 from)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || !file.seek(from)) return {};
    const QString text = QString::fromLatin1(file.read(scannedBytesMax));
    static const QRegularExpression uuid(
        u"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"_s);
    QSet<QString> seen;
    QStringList ids;
    for (auto match = uuid.globalMatch(text); match.hasNext();) {
        const QString id = match.next().captured();
        if (!seen.contains(id)) ids.append(id);
        seen.insert(id);
    }
    return ids;
}

QString sayJobs(const QStringList &ids)
{
    if (ids.isEmpty()) return Words::tr("It names no job.");
    QString names = ids.mid(0, namedJobsMax).join(u", "_s);
    if (ids.size() > namedJobsMax) names += u", …"_s;
    return Words::tr("It was about %n job(s): %1.", nullptr, static_cast<int>(ids.size())).arg(names);
}

QString lastLines(const QByteArray &text)
{
    const QList<QByteArray> lines = text.trimmed().split('\n');
    return QString::fromUtf8(lines.mid(qMax(0, lines.size() - 3)).join(' '));
}

} // namespace

AofRepair::AofRepair(const PrivateFolder &folder, const runtime::Seams &seams, QObject *parent)
    : QObject(parent), m_folder(folder), m_data(folder), m_seams(seams)
{
}

bool AofRepair::isAboutDamage(const QByteArray &serverLog)
{
    static constexpr std::array signs{"Bad file format reading the append only file",
                                      "Unexpected end of file reading the append only file",
                                      "Unrecoverable error reading the append only file"};
    return std::any_of(signs.begin(), signs.end(),
                       [&](const char *sign) { return serverLog.contains(sign); });
}

void AofRepair::copyAside(std::function<void(Result<QString>)> done)
{
    QString moment = toText(m_seams.clock->wallNow());
    const QString copy = m_folder.filePath(u"damaged-"_s + moment.replace(u':', u'-'));
    // By cp, and in a process of its own, since the data may be gigabytes: this thread renews leases.
    const ProgramCall call{u"cp"_s, {u"-a"_s, u"--reflink=auto"_s, u"--"_s, m_data.path(), copy}, {}};
    runProgram(call, this, [copy, done = std::move(done)](const Result<ProgramEnd> &end) {
        if (!end) return done(tl::unexpected(end.error()));
        if (end->exitCode == 0) return done(copy);
        done(fail(Error::Kind::Unavailable,
                  Words::tr("The private server's damaged data could not be copied aside."),
                  lastLines(end->output),
                  Words::tr("Make room on the disk, then try again. Nothing was changed so far.")));
    });
}

void AofRepair::mend(Done done)
{
    copyAside([this, done = std::move(done)](const Result<QString> &copy) {
        if (!copy) return done(tl::unexpected(copy.error()));
        fix(*copy, done);
    });
}

void AofRepair::fix(const QString &copy, const Done &done)
{
    const ProgramCall call{u"redis-check-aof"_s, {u"--fix"_s, m_data.manifestPath()}, "y\n"};
    runProgram(call, this, [this, copy, done](const Result<ProgramEnd> &end) {
        if (!end) return done(tl::unexpected(end.error()));
        done(report(end->output, end->exitCode, copy));
    });
}

Result<QString> AofRepair::report(const QByteArray &output, int exitCode, const QString &copy) const
{
    static const QRegularExpression analysis(
        u"AOF analyzed: filename=(\\S+), size=(\\d+), ok_up_to=(\\d+), ok_up_to_line=\\d+, diff=(\\d+)"_s);
    if (exitCode != 0)
        return fail(
            Error::Kind::Damaged,
            Words::tr("The private server's data is damaged, and redis-check-aof could not mend it."),
            lastLines(output),
            Words::tr("A copy lies in %1. Put %2 back from a backup; to begin empty on purpose, move it away "
                      "and delete %3.")
                .arg(copy, m_data.path(), m_folder.filePath(u"has-run"_s)));
    QStringList said{Words::tr("The private server's data was damaged and has been mended.")};
    const QString text = QString::fromUtf8(output);
    for (auto match = analysis.globalMatch(text); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        const qint64 dropped = found.captured(4).toLongLong();
        if (dropped == 0) continue;
        said.append(Words::tr("Of %1 the last %2 of %3 bytes were dropped.")
                        .arg(found.captured(1))
                        .arg(dropped)
                        .arg(found.captured(2)));
        said.append(sayJobs(jobsIn(copy + u'/' + found.captured(1), found.captured(3).toLongLong())));
    }
    said.append(Words::tr("The data as it was lies in %1.").arg(copy));
    return said.join(u' ');
}

} // namespace signalbox::local
