#pragma once

#include "core/model/error.h"
#include "core/model/event.h"

#include <QAbstractTableModel>

#include <deque>

namespace signalbox::ui {

/// What happened, newest first: events of jobs, queues and pools, and problems nobody waited for. Holds the
/// last rowsMax entries; progress is left out, since it says what the bars show.   Threads  GUI.
class ActivityModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { TimeColumn, KindColumn, SubjectColumn, QueueColumn, TextColumn, ColumnCount };
    enum class Level { Info, Warning, Error };
    static constexpr qsizetype rowsMax = 5'000;
    static constexpr qsizetype batchMax = 300; ///< of one batch; what is left out is counted in a row

    explicit ActivityModel(QObject *parent = nullptr);
    void addEvents(const QList<Event> &events);
    void addProblem(const Error &error, Timestamp at);
    [[nodiscard]] Level level(int row) const { return m_rows[static_cast<size_t>(row)].level; }
    [[nodiscard]] JobId job(int row) const { return m_rows[static_cast<size_t>(row)].job; }
    [[nodiscard]] QString queue(int row) const { return m_rows[static_cast<size_t>(row)].queue; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        Timestamp at{};
        Level level = Level::Info;
        QString kind; ///< "job.failed", "problem"
        JobId job;
        QString subject;
        QString queue;
        QString text;
    };
    [[nodiscard]] static Row rowOf(const Event &event);
    void prepend(std::vector<Row> rows); ///< oldest first

    std::deque<Row> m_rows; ///< newest first
};

} // namespace signalbox::ui
