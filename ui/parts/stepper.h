#pragma once

#include <QWidget>

class QAction;

namespace signalbox::ui {

/// [−] 4 [+]: a number changed by two actions.
class Stepper : public QWidget {
    Q_OBJECT
public:
    Stepper(QAction *less, QAction *more, QWidget *parent = nullptr);
    void setValue(int value);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int m_value = 0;
};

} // namespace signalbox::ui
