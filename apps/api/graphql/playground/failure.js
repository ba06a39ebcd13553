// What is shown of a part of the page that fails, so that the other parts stay.
import { Component, h } from './packages.js';

/** Shows its children; if they fail, what failed (`what`: "The panel"), and a button that tries again. */
export class Failure extends Component {
  constructor(props) {
    super(props);
    this.state = { error: undefined };
  }

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    const { error } = this.state;
    const { what, children } = this.props;
    if (!error) return children;
    return h(
      'div',
      { className: 'failure', role: 'alert' },
      h('p', { className: 'trouble' }, `${what} cannot be shown: ${error.message}`),
      h('button', { type: 'button', onClick: () => this.setState({ error: undefined }) }, 'Try again'),
    );
  }
}
