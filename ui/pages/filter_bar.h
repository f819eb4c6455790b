#pragma once

#include "core/model/job_filter.h"

#include <QTimer>
#include <QWidget>

#include <functional>

class QCompleter;
class QLineEdit;
class QStringListModel;

namespace signalbox::ui {

class LiveState;
class PlainLabel;

/// What the last figures know of names, for completion: queues, handlers that their pools run, workers.
[[nodiscard]] FilterNames namesFor(const LiveState &live);

/// One box, one grammar: keys and values are completed while one types; what is wrong is underlined at its
/// place and said under the box, while the last good filter stays.
class FilterBar : public QWidget {
    Q_OBJECT
public:
    using Names = std::function<FilterNames()>; ///< asked for each time something is completed
    FilterBar(const QString &placeholder, Names names, QWidget *parent = nullptr);
    void setFilter(const JobFilter &filter); ///< shows it; filterChanged() is not emitted
    void takeFocus();
    [[nodiscard]] QString complaint() const;
    [[nodiscard]] QLineEdit *box() const { return m_box; }
    [[nodiscard]] QStringList candidates() const; ///< that are offered now; empty: none

Q_SIGNALS:
    void filterChanged(const signalbox::JobFilter &filter);

protected:
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void offer(); ///< what may stand at the cursor
    void take(const QString &candidate);
    void read();
    void underline(qsizetype begin, qsizetype length);

    QLineEdit *m_box;
    PlainLabel *m_complaint;
    const Names m_names;
    QStringListModel *m_offered;
    QCompleter *m_completer;
    FilterCompletion m_completion;
    QTimer m_pause; ///< typing goes on
    bool m_isUnderlined = false;
};

} // namespace signalbox::ui
