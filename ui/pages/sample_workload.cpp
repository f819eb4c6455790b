#include "ui/pages/sample_workload.h"

#include "core/model/json_writer.h"

#include <QCoreApplication>
#include <QDir>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::ui::SampleWorkload)
};

QStringList foldersBelow(const QString &folder, qsizetype atMost)
{
    QStringList folders;
    for (const QString &name :
         QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::Readable, QDir::Name)) {
        if (folders.size() >= atMost) break;
        folders.append(folder + u'/' + name);
    }
    return folders;
}

/// The largest files of a folder: compressing them takes a moment.
QStringList largestFiles(const QString &folder, qsizetype atMost)
{
    QStringList files;
    for (const QFileInfo &file :
         QDir(folder).entryInfoList(QDir::Files | QDir::Readable | QDir::NoSymLinks, QDir::Size)) {
        if (files.size() >= atMost) break;
        files.append(file.absoluteFilePath());
    }
    return files;
}

class Maker {
public:
    explicit Maker(const SampleWorkload &workload) : m_workload(workload) { }

    JobDefinition *add(const QString &handler, JsonWriter &kwargs, JobPriority priority = JobPriority::Normal)
    {
        const QByteArray text = kwargs.take();
        if (!m_workload.handlers.contains(handler)) return nullptr;
        JobDefinition job;
        job.handler = handler;
        job.kwargs = JsonText::trusted(text);
        job.priority = priority;
        job.tags.insert(u"workload"_s, u"sample"_s);
        // One queue a kind of work, as far as there are queues.
        if (!m_kinds.contains(handler)) m_kinds.append(handler);
        if (!m_workload.queues.isEmpty())
            job.queue = m_workload.queues.at(m_kinds.indexOf(handler) % m_workload.queues.size());
        m_jobs.append(job);
        return &m_jobs.last();
    }

    void hash();
    void compress();
    void backUp();
    void fail();
    [[nodiscard]] QList<JobDefinition> take() { return std::move(m_jobs); }

private:
    const SampleWorkload &m_workload;
    QList<JobDefinition> m_jobs;
    QStringList m_kinds;
};

void Maker::hash()
{
    QStringList folders{u"/usr/share"_s, u"/usr/lib"_s};
    folders += foldersBelow(u"/usr/share"_s, 20);
    folders += foldersBelow(u"/usr/include"_s, 6);
    constexpr std::array priorities{JobPriority::Normal, JobPriority::Low, JobPriority::Normal,
                                    JobPriority::High};
    for (qsizetype i = 0; i < folders.size(); ++i) {
        JsonWriter kwargs;
        kwargs.text("folder"_L1, folders.at(i));
        JobDefinition *job
            = add(u"sample.hash_tree"_s, kwargs, priorities[static_cast<size_t>(i) % priorities.size()]);
        if (job == nullptr) return;
        job->timeout = 10min;
        constexpr qsizetype every = 7;
        if (i % every == every - 1) job->scheduledAt = m_workload.now + 30s * (i / every + 1);
    }
}

void Maker::compress()
{
    for (const QString &file : largestFiles(u"/usr/bin"_s, 6)) {
        JsonWriter kwargs;
        kwargs.text("path"_L1, file)
            .text("output"_L1, m_workload.folder + u'/' + QFileInfo(file).fileName() + u".gz"_s)
            .boolean("overwrite"_L1, true);
        if (JobDefinition *job = add(u"sample.compress_file"_s, kwargs, JobPriority::High))
            job->timeout = 2min;
    }
}

void Maker::backUp()
{
    const QString to = m_workload.folder + u"/backups"_s;
    // Folders that no link leads out of: those backup.create refuses, since restoring them would write
    // elsewhere.
    QStringList folders{u"/usr/share/i18n"_s,
                        u"/usr/share/mime"_s,
                        u"/usr/share/perl5"_s,
                        u"/usr/share/dpkg"_s,
                        u"/usr/share/common-licenses"_s,
                        u"/usr/share/debconf"_s};
    folders.removeIf([](const QString &folder) { return !QFileInfo(folder).isReadable(); });
    constexpr qsizetype backups = 3;
    for (const QString &folder : folders.mid(0, backups)) {
        JsonWriter create;
        create.text("folder"_L1, folder).text("to"_L1, to).text("name"_L1, QFileInfo(folder).fileName());
        if (JobDefinition *job = add(u"backup.create"_s, create)) {
            job->timeout = 10min;
            job->retry.maxRetries = 1;
        }
        JsonWriter prune;
        prune.text("folder"_L1, to).text("name"_L1, QFileInfo(folder).fileName()).integer("keep"_L1, 2);
        if (JobDefinition *job = add(u"backup.prune"_s, prune, JobPriority::Low))
            job->scheduledAt = m_workload.now + 2min;
    }
}

void Maker::fail()
{
    const auto add
        = [this](const QString &message, int succeedsOn, int retries, std::chrono::milliseconds delay) {
              JsonWriter kwargs;
              kwargs.text("message"_L1, message);
              if (succeedsOn > 0) kwargs.integer("succeed_on_attempt"_L1, succeedsOn);
              JobDefinition *job = this->add(u"sample.fail"_s, kwargs);
              if (job == nullptr) return;
              job->retry.maxRetries = retries;
              job->retry.base = delay;
          };
    for (int i = 1; i <= 5; ++i) add(u"connection to mail.example:587 refused"_s, 0, 2, 2s);
    for (int i = 1; i <= 3; ++i) add(u"no space left on /srv/media/%1"_s.arg(i), 0, 1, 3s);
    for (int i = 1; i <= 4; ++i) add(u"the remote end answered 503"_s, 2, 3, 15s);
    for (int i = 1; i <= 3; ++i) add(u"the remote end answered 429"_s, 4, 5, 40s);
}

} // namespace

QList<JobDefinition> SampleWorkload::jobs() const
{
    Maker maker(*this);
    maker.fail();
    maker.compress();
    maker.backUp();
    maker.hash();
    return maker.take();
}

QList<SampleWorkload::Part> SampleWorkload::parts(const QList<JobDefinition> &jobs)
{
    QList<Part> parts{
        {u"sample.hash_tree"_s, Words::tr("hash folders of this machine"), 0, Words::tr("completed")},
        {u"sample.compress_file"_s, Words::tr("compress large files"), 0, Words::tr("completed")},
        {u"backup.create"_s, Words::tr("archive folders"), 0, Words::tr("completed")},
        {u"backup.prune"_s, Words::tr("keep the two newest archives"), 0,
         Words::tr("after 2 min")},
        {u"sample.fail"_s, Words::tr("fail on purpose"), 0, Words::tr("some die")},
    };
    for (const JobDefinition &job : jobs) {
        for (Part &part : parts) {
            if (part.handler == job.handler) ++part.jobs;
        }
    }
    parts.removeIf([](const Part &part) { return part.jobs == 0; });
    return parts;
}

} // namespace signalbox::ui
