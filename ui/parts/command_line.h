#pragma once

#include <QWidget>

namespace signalbox::ui {

/// A line for a shell, in mono, with a button that copies it.
class CommandLine : public QWidget {
    Q_OBJECT
public:
    explicit CommandLine(const QString &line, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace signalbox::ui
