#pragma once

#include <QWidget>

class QHBoxLayout;

namespace signalbox::ui {

class PlainLabel;

/// Title, summary and the page's own buttons.
class PageHead : public QWidget {
    Q_OBJECT
public:
    explicit PageHead(QWidget *parent = nullptr);
    void setTitle(const QString &title);
    void setSummary(const QString &summary);
    void setWidgets(const QList<QWidget *> &widgets); ///< takes them; shown until the next call
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString summary() const;

private:
    QHBoxLayout *m_layout;
    PlainLabel *m_title;
    PlainLabel *m_summary;
    QList<QWidget *> m_widgets;
};

} // namespace signalbox::ui
