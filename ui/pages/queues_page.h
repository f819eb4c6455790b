#pragma once

#include "ui/pages/page.h"

namespace signalbox::ui {

class DataTable;
class Notice;
class PlainLabel;
class QueueTableModel;

/// A row a queue: depth by state, oldest wait, who serves it; pause with a reason, resume, purge by state.
class QueuesPage : public Page {
    Q_OBJECT
public:
    explicit QueuesPage(const PageContext &context, QWidget *parent = nullptr);
    void refresh() override;
    [[nodiscard]] QueueTableModel *model() const { return m_model; }
    [[nodiscard]] DataTable *table() const { return m_table; }

private:
    void bindActions();
    QWidget *buildBar();
    void showFigures();
    void updateBar();
    void confirmPause();
    void confirmPurge();
    void resume();
    void tell(const Result<> &result, const QString &message);
    [[nodiscard]] std::optional<QueueStats> selected() const;
    [[nodiscard]] ActionState stateFor(const std::function<QString(const QueueStats &)> &refusal) const;

    QueueTableModel *m_model;
    DataTable *m_table;
    Notice *m_notice;
    QWidget *m_bar = nullptr;
    PlainLabel *m_barText = nullptr;
    PlainLabel *m_barNote = nullptr;
};

} // namespace signalbox::ui
