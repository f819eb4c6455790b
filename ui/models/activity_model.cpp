#include "ui/models/activity_model.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/job_change.h"
#include "ui/models/worker_name.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/words.h"

#include <QDateTime>
#include <QLocale>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

QString timeOfDay(Timestamp at)
{
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(toMicros(at) / 1000).time(), u"HH:mm:ss.zzz"_s);
}

ActivityModel::Level levelOf(Event::Type type, const QJsonObject &data)
{
    switch (type) {
    case Event::Type::JobDeadLetter:
        return ActivityModel::Level::Error;
    case Event::Type::JobFailed:
        return data["will_retry"_L1].toBool() ? ActivityModel::Level::Warning : ActivityModel::Level::Error;
    case Event::Type::JobLeaseLost:
    case Event::Type::JobSettleRefused:
    case Event::Type::QueuePaused:
    case Event::Type::QueueRepaired:
    case Event::Type::EventsMissed:
        return ActivityModel::Level::Warning;
    default: // the ordinary course of things
        return ActivityModel::Level::Info;
    }
}

QString describe(Event::Type type, const QJsonObject &data)
{
    switch (type) {
    case Event::Type::JobSubmitted:
        return data["handler"_L1].toString();
    case Event::Type::JobStarted:
        return ActivityModel::tr("%1, attempt %2 on %3")
            .arg(data["handler"_L1].toString(), QString::number(data["attempt"_L1].toInt()),
                 shortWorker(data["worker_id"_L1].toString()));
    case Event::Type::JobCompleted: {
        const auto micros = static_cast<qint64>(data["duration"_L1].toDouble() * 1e6);
        return ActivityModel::tr("in %1").arg(durationText(std::chrono::microseconds(micros)));
    }
    case Event::Type::JobFailed: {
        const QString error = data["error"_L1].toString();
        return data["will_retry"_L1].toBool() ? ActivityModel::tr("%1 (will be retried)").arg(error) : error;
    }
    case Event::Type::JobDeadLetter:
        return data["final_error"_L1].toString();
    case Event::Type::JobsPurged:
        return ActivityModel::tr("%1, %2").arg(jobsText(static_cast<qint64>(data["count"_L1].toDouble())),
                                               data["status"_L1].toString());
    case Event::Type::QueuePaused:
        return data["reason"_L1].toString();
    case Event::Type::WorkersStarted:
        return workersText(data["count"_L1].toInt());
    case Event::Type::WorkersScaled:
        return ActivityModel::tr("to %1").arg(workersText(data["target_count"_L1].toInt()));
    case Event::Type::EventsMissed:
        return ActivityModel::tr("Some events were not seen; lists were read again.");
    default: // the kind says it all
        return {};
    }
}

} // namespace

ActivityModel::ActivityModel(QObject *parent) : QAbstractTableModel(parent) { }

ActivityModel::Row ActivityModel::rowOf(const Event &event)
{
    const QJsonObject data = dataOf(event);
    return {event.at,
            levelOf(event.type, data),
            toText(event.type),
            event.job,
            event.job.isNull() ? event.source : event.job.shortText(),
            event.queue,
            describe(event.type, data)};
}

void ActivityModel::addEvents(const QList<Event> &events)
{
    QList<const Event *> told;
    for (const Event &event : events) {
        if (event.type != Event::Type::JobProgress) told.append(&event);
    }
    std::vector<Row> rows;
    if (told.size() > batchMax) {
        Row gap;
        gap.at = told.first()->at;
        gap.kind = tr("left out");
        gap.text = tr("%1 came faster than anyone can read.").arg(eventsText(told.size() - batchMax));
        rows.push_back(gap);
        told.remove(0, told.size() - batchMax);
    }
    for (const Event *event : told) rows.push_back(rowOf(*event));
    prepend(std::move(rows));
}

void ActivityModel::addProblem(const Error &error, Timestamp at)
{
    Row row;
    row.at = at;
    row.level = Level::Error;
    row.kind = tr("problem");
    row.text = error.text();
    prepend({row});
}

void ActivityModel::prepend(std::vector<Row> rows)
{
    if (rows.empty()) return;
    if (static_cast<qsizetype>(rows.size()) > rowsMax)
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(rowsMax));
    const qsizetype surplus = static_cast<qsizetype>(m_rows.size() + rows.size()) - rowsMax;
    if (surplus > 0) {
        const int last = static_cast<int>(m_rows.size()) - 1;
        beginRemoveRows({}, last - static_cast<int>(surplus) + 1, last);
        m_rows.resize(m_rows.size() - static_cast<size_t>(surplus));
        endRemoveRows();
    }
    beginInsertRows({}, 0, static_cast<int>(rows.size()) - 1);
    for (Row &row : rows) m_rows.push_front(std::move(row));
    endInsertRows();
}

int ActivityModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ActivityModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ActivityModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignVCenter | Qt::AlignLeft);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const auto text = [&]() -> QString {
        switch (static_cast<Column>(index.column())) {
        case TimeColumn:
            return role == Qt::ToolTipRole ? toText(row.at) : timeOfDay(row.at);
        case KindColumn:
            return row.kind;
        case SubjectColumn:
            return displayLine(role == Qt::ToolTipRole && !row.job.isNull() ? row.job.text() : row.subject);
        case QueueColumn:
            return displayLine(row.queue);
        case TextColumn:
            return displayLine(row.text);
        case ColumnCount:
            break;
        }
        return {};
    }();
    return role == Qt::ToolTipRole ? plainToolTip(text) : text;
}

QVariant ActivityModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignVCenter | Qt::AlignLeft);
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
    case TimeColumn:
        return tr("Time");
    case KindColumn:
        return tr("What");
    case SubjectColumn:
        return tr("Job or process");
    case QueueColumn:
        return tr("Queue");
    case TextColumn:
        return tr("Details");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace signalbox::ui
